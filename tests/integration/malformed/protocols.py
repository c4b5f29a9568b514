"""The first bytes of other protocols, sent to the wrong port."""

from __future__ import annotations

from tests.integration.malformed.raw import LINE, UUID, head

PROXY_2 = b"\r\n\r\n\x00\r\nQUIT\n"

PROTOCOLS = {
    "an HTTP/2 frame": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00\x03\x00\x00\x00\x64" * 3,
    "a TLS ClientHello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a response": head("Content-Length: 0", line="HTTP/1.1 200 OK"),
    "PROXY protocol version 1": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + head(),
    "PROXY protocol version 1, UNKNOWN": b"PROXY UNKNOWN\r\n" + head(),
    "PROXY protocol version 2": PROXY_2 + b"\x21\x11\x00\x0c" + b"\1" * 12 + head(),
    "RTSP": head(line=f"OPTIONS rtsp://h/{UUID} RTSP/1.0"),
    "SIP": head(line="OPTIONS sip:u@h SIP/2.0"),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n" + head(),
    "SMTP": b"EHLO h\r\nMAIL FROM:<a@b>\r\n\r\n",
    "FTP": b"USER anonymous\r\nPASS x\r\n\r\n",
    "SOCKS 4": b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00",
    "SOCKS 5": b"\x05\x01\x00",
    "Redis": b"*1\r\n$4\r\nPING\r\n",
    "memcached": b"stats\r\n" + head(),
    "LDAP": b"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00",
    "FastCGI": b"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00",
    "an empty line and nonsense": b"\r\nnonsense\r\n\r\n",
    "two empty lines before the request line": b"\r\n\r\n" + head(),
    "three empty lines before the request line": b"\r\n\r\n\r\n" + head(),
    "LF before the request line": b"\n" + head(),
    "CR before the request line": b"\r" + head(),
    "LF and CR before the request line": b"\n\r" + head(),
    "NUL before the request line": b"\0" + head(),
    "a header line before the request line": f"A: b\r\n{LINE}\r\nHost: h\r\n\r\n".encode(),
    "a line with only a colon first": b":\r\n\r\n",
    "an interim response before the request": b"HTTP/1.1 100 Continue\r\n\r\n" + head(),
}
