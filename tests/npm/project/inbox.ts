import {
  type CapturedRequest,
  type Gap,
  Inbox,
  type InboxRequest,
  NothingArrived,
  openStream,
  parseCallbackUrl,
} from "webhook-logger";
import { openStream as same } from "webhook-logger/stream";

export async function receive(): Promise<number> {
  await using inbox = await Inbox.open("https://hooks.example.com", {
    headers: { Authorization: "Bearer …" },
    respond: true,
  });
  const matches = async (request: InboxRequest) => (await request.json()).type === "order.created";
  const request = await inbox.wait({ timeout: 5000, where: matches });
  const bytes: Uint8Array = request.bytes;
  await inbox.reply({ status: 503, headers: { "Retry-After": "1" }, times: 2, body: bytes });
  await inbox.reply({ sequence: [503, { status: 200 }], rules: [{ match: { method: "PUT" } }] });
  const settled: boolean = await inbox.respond(request, { status: 201, body: "made" });
  for await (const event of inbox) {
    if (event.type === "gap") return missed(event);
    const lines: string[] = event.headerLines("X-One");
    console.log(event.subpath.length, lines, settled);
  }
  for await (const event of inbox.events()) {
    if (event.type === "connection" && event.state === "live") break;
    if (event.type === "responded") console.log(event.status + 1, event.by);
  }
  return 0;
}

const missed = ({ count, reason }: Gap): number => (reason === "overflow" ? 0 : (count ?? 0));

export function isEmpty(error: unknown): boolean {
  return error instanceof NothingArrived && error.reason === "nothing_arrived";
}

const seen: CapturedRequest[] = [];
export const stream = openStream(parseCallbackUrl("https://hooks.example.com/…"), {
  requestArrived: (request) => seen.push(request),
});
export const isSame: boolean = same === openStream;

export async function wrong(inbox: Inbox): Promise<void> {
  // @ts-expect-error: a promise of a boolean, not of text
  await inbox.wait({ where: (request) => request.text() });
  // @ts-expect-error: no such field
  await inbox.reply({ state: 503 });
  // @ts-expect-error: use Inbox.open
  new Inbox();
}
