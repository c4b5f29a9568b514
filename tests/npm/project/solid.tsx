/** @jsxImportSource solid-js */
import "webhook-logger/solid";

export const Page = (props: { link: string }) => (
  <webhook-log
    src={props.link}
    class="log"
    max-entries={50}
    on:request={({ detail }) => console.log(detail.method.length)}
    on:link={({ detail }) => console.log(detail.state === "live")}
  />
);

export const wrong = [
  // @ts-expect-error: no such attribute
  <webhook-log source="" />,
  // @ts-expect-error: no such state
  <webhook-log on:link={({ detail }) => console.log(detail.state === "up")} />,
  // @ts-expect-error: no such field
  <webhook-log on:request={({ detail }) => console.log(detail.verb)} />,
];
