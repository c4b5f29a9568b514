/** @jsxImportSource react */
import "webhook-logger/react";

export const Page = (props: { link: string }) => (
  <webhook-log
    src={props.link}
    className="log"
    max-entries={50}
    onrequest={({ detail }) => console.log(detail.method.length)}
    onlink={({ detail }) => console.log(detail.state === "live")}
  />
);

export const wrong = [
  // @ts-expect-error: no such attribute
  <webhook-log key="1" source="" />,
  // @ts-expect-error: no such state
  <webhook-log key="2" onlink={({ detail }) => console.log(detail.state === "up")} />,
  // @ts-expect-error: no such field
  <webhook-log key="3" onrequest={({ detail }) => console.log(detail.verb)} />,
];
