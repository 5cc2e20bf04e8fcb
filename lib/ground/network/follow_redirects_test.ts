import assert from "node:assert/strict";
import { followRedirects, RedirectRefused } from "./follow_redirects.ts";

const SECRET = { authorization: "Bearer secret" };

/** Servers that answer by the path: `/to?ADDRESS` sends on; what each was asked, in order. */
async function withServers(
  test: (origins: readonly string[], seen: string[]) => Promise<void>,
): Promise<void> {
  const seen: string[] = [];
  const servers = [0, 1].map((index) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: (): void => {} }, (request) => {
      const { pathname, search } = new URL(request.url);
      seen.push(`${index}${pathname} ${request.headers.get("authorization") ?? "-"}`);
      if (pathname !== "/to") return new Response("here");
      const location = decodeURIComponent(search.slice(1));
      return new Response("there", { status: 302, headers: { location } });
    })
  );
  try {
    await test(servers.map(({ addr }) => `http://127.0.0.1:${addr.port}`), seen);
  } finally {
    await Promise.all(servers.map((server) => server.shutdown()));
  }
}

const to = (address: string): string => `/to?${encodeURIComponent(address)}`;

Deno.test("followRedirects() keeps the secret on its host and drops it for good elsewhere", () =>
  withServers(async ([a, b], seen) => {
    const options = { secretHeaders: SECRET, elsewhere: "follow" } as const;
    const way = a + to(to(b + to(`${a}/end`)));
    const response = await followRedirects(way, {}, options);
    assert.equal(await response.text(), "here");
    assert.deepEqual(seen, ["0/to Bearer secret", "0/to Bearer secret", "1/to -", "0/end -"]);
  }));

Deno.test("followRedirects() keeps an address's user on its host alone", () =>
  withServers(async ([a, b], seen) => {
    const own = a!.replace("//", "//ann:pw@");
    const basic = `Basic ${btoa("ann:pw")}`;
    for (const next of ["/end", `${a}/end`, `${b}/end`]) {
      await (await followRedirects(own + to(next), {}, { elsewhere: "follow" })).text();
    }
    assert.deepEqual(seen, [
      `0/to ${basic}`,
      `0/end ${basic}`,
      `0/to ${basic}`,
      `0/end ${basic}`,
      `0/to ${basic}`,
      "1/end -",
    ]);
  }));

Deno.test("followRedirects() refuses another host, port or scheme where it must", () =>
  withServers(async ([a, b], seen) => {
    const local = a!.replace("127.0.0.1", "localhost");
    for (const place of [b, local, a!.replace("http:", "https:"), "//127.0.0.1:1/x"]) {
      await assert.rejects(
        followRedirects(a + to(`${place}/end`), {}, { elsewhere: "refuse" }),
        (error) => error instanceof RedirectRefused && error.status === 302,
      );
    }
    assert.deepEqual(seen, Array(4).fill("0/to -"));
    for (const place of ["ftp://x/", "file:///etc/passwd", "data:,x", "http://:0:0/"]) {
      const following = followRedirects(a + to(place), {}, { elsewhere: "follow" });
      await assert.rejects(following, /sends on to what is no http/);
    }
  }));
