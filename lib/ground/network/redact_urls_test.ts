import assert from "node:assert/strict";
import { redactUrls } from "./redact_urls.ts";

Deno.test("redactUrls takes user names and passwords out of addresses", () => {
  const cases = [
    ["http://ann:secret@host:8000/v1", "http://host:8000/v1"],
    ["https://hf_abcdef@host/v1", "https://host/v1"],
    ["https://ann:p%40ss@host", "https://host"],
    ["https://ann:s@cr@et@host/a", "https://host/a"],
    ["https://ann:se/cret@host/a", "https://host/a"],
    ["HTTPS://Ann:Secret@HOST", "HTTPS://HOST"],
    ['Cannot use the server "http://u:p@h:1": no', 'Cannot use the server "http://h:1": no'],
    ["first ftp://a:b@c/d then http://e:f@g", "first ftp://c/d then http://g"],
  ];
  for (const [text, expected] of cases) assert.equal(redactUrls(text!), expected);
});

Deno.test("redactUrls takes keys out of an address's parameters", () => {
  const cases = [
    ["https://h/f.zip?token=abc", "https://h/f.zip?token=..."],
    ["https://h/?n=1&api_key=abc&m=2", "https://h/?n=1&api_key=...&m=2"],
    [
      "https://h/?X-Amz-Signature=abc&X-Amz-Credential=d",
      "https://h/?X-Amz-Signature=...&X-Amz-Credential=...",
    ],
    ["https://h/?sig=a%2Fb# and on", "https://h/?sig=...# and on"],
    ["https://h/?Password=abc", "https://h/?Password=..."],
    ["https://h/#access_token=abc", "https://h/#access_token=..."],
  ];
  for (const [text, expected] of cases) assert.equal(redactUrls(text!), expected);
});

Deno.test("redactUrls leaves all else as it is", () => {
  const texts = [
    "http://127.0.0.1:8000/v1",
    "https://host:8000/a/b?n=3",
    "hf:cais/mmlu/data.tar@main",
    "https://host:8000/@scope/name@1.0",
    "https://host/@scope/name@1.0",
    "write to ann@host",
    "results/scratch/mmlu-tiny-tuned@0.5-abc/answers.jsonl",
    "deno.json:3:5 a=b",
  ];
  for (const text of texts) assert.equal(redactUrls(text), text);
});
