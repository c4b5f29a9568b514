"""A table of malformed requests as raw bytes, by family (RFC 9110, RFC 9112).

The families follow the publications about request smuggling and desync: CL.TE, TE.CL and TE.TE
(Linhart et al. 2005, Kettle 2019), H2 downgrades (Kettle 2021), CL.0 and browser-powered desync
(Kettle 2022), 0.CL and Expect (Kettle 2025), line ends in chunks (Weikop 2025), and the parser
differences that HTTP Garden and T-Reqs found.
"""

from tests.integration.malformed.chunked import CHUNKED_BODIES
from tests.integration.malformed.codings import CODINGS
from tests.integration.malformed.desync import DESYNCS
from tests.integration.malformed.header_lines import HEADER_LINES, HOSTS
from tests.integration.malformed.lengths import LENGTHS
from tests.integration.malformed.line_ends import LINE_ENDS
from tests.integration.malformed.oversize import TOO_LARGE
from tests.integration.malformed.protocols import PROTOCOLS
from tests.integration.malformed.raw import UUID
from tests.integration.malformed.request_lines import REQUEST_LINES
from tests.integration.malformed.unsupported import UNSUPPORTED
from tests.integration.malformed.whole import WHOLE

FAMILIES = {
    "request lines": REQUEST_LINES,
    "protocols": PROTOCOLS,
    "line ends": LINE_ENDS,
    "header lines": HEADER_LINES,
    "hosts": HOSTS,
    "lengths": LENGTHS,
    "codings": CODINGS,
    "chunked bodies": CHUNKED_BODIES,
    "desyncs": DESYNCS,
}
REFUSED = {**TOO_LARGE, **UNSUPPORTED}
MALFORMED = {name: raw for family in FAMILIES.values() for name, raw in family.items()}

__all__ = ["FAMILIES", "MALFORMED", "REFUSED", "UUID", "WHOLE"]
