/** A small shop that sends a webhook for each new order, and retries on errors. */

const ATTEMPTS = 3;

/** Send `order.created` to `webhook`, in at most three attempts. */
export async function createOrder({ webhook, total }) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ type: "order.created", total });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const response = await fetch(webhook, { method: "POST", headers, body });
    if (response.ok) return;
  }
  throw new Error(`The receiver failed ${ATTEMPTS} times.`);
}
