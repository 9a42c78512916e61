import { expect, test } from "vitest";
import { toAscii } from "../../src/check/input.ts";
import { challengeName } from "../../src/check/name-text.ts";
import { registrableName } from "../../src/check/public-suffix.ts";
import { ownerForms } from "../../src/check/record-forms.ts";

/** What somebody enters for a certificate's name, in the zone that is registered. */
test.for([
  { domain: "example.com", zone: "example.com", relative: "_acme-challenge" },
  { domain: "www.example.com", zone: "example.com", relative: "_acme-challenge.www" },
  { domain: "a.b.c.example.com", zone: "example.com", relative: "_acme-challenge.a.b.c" },
  { domain: "example.co.uk", zone: "example.co.uk", relative: "_acme-challenge" },
  { domain: "www.example.co.uk", zone: "example.co.uk", relative: "_acme-challenge.www" },
  { domain: "shop.example.com.au", zone: "example.com.au", relative: "_acme-challenge.shop" },
  { domain: "example.com.br", zone: "example.com.br", relative: "_acme-challenge" },
  { domain: "x.example.ac.jp", zone: "example.ac.jp", relative: "_acme-challenge.x" },
  { domain: "www.city.kawasaki.jp", zone: "city.kawasaki.jp", relative: "_acme-challenge.www" },
  {
    domain: "x.y.example.kawasaki.jp",
    zone: "y.example.kawasaki.jp",
    relative: "_acme-challenge.x",
  },
  { domain: "www.ck", zone: "www.ck", relative: "_acme-challenge" },
  { domain: "x.example.ck", zone: "x.example.ck", relative: "_acme-challenge" },
  { domain: "me.github.io", zone: "github.io", relative: "_acme-challenge.me" },
  { domain: "x.me.github.io", zone: "github.io", relative: "_acme-challenge.x.me" },
  { domain: "app.herokuapp.com", zone: "herokuapp.com", relative: "_acme-challenge.app" },
  { domain: "example.dev", zone: "example.dev", relative: "_acme-challenge" },
  { domain: "example.museum", zone: "example.museum", relative: "_acme-challenge" },
  { domain: "straße.de", zone: "xn--strae-oqa.de", relative: "_acme-challenge" },
  { domain: "www.straße.de", zone: "xn--strae-oqa.de", relative: "_acme-challenge.www" },
  { domain: "bücher.example.com", zone: "example.com", relative: "_acme-challenge.xn--bcher-kva" },
  { domain: "例え.jp", zone: "xn--r8jz45g.jp", relative: "_acme-challenge" },
  { domain: "www.пример.рф", zone: "xn--e1afmkfd.xn--p1ai", relative: "_acme-challenge.www" },
  { domain: "xn--e1afmkfd.xn--p1ai", zone: "xn--e1afmkfd.xn--p1ai", relative: "_acme-challenge" },
  { domain: "www.δοκιμή.gr", zone: "xn--jxalpdlp.gr", relative: "_acme-challenge.www" },
  { domain: "مثال.com", zone: "xn--mgbh0fb.com", relative: "_acme-challenge" },
  { domain: "host.lab.test", zone: "lab.test", relative: "_acme-challenge.host" },
  { domain: "lab.test", zone: "lab.test", relative: "_acme-challenge" },
  { domain: "nas.home.arpa", zone: "nas.home.arpa", relative: "_acme-challenge" },
  { domain: "1.example.com", zone: "example.com", relative: "_acme-challenge.1" },
  { domain: "a--b.example.com", zone: "example.com", relative: "_acme-challenge.a--b" },
  { domain: "com.example.com", zone: "example.com", relative: "_acme-challenge.com" },
])("F3 $domain: $relative in $zone", ({ domain, zone, relative }) => {
  const name = toAscii(domain);
  expect(registrableName(name)).toBe(zone);
  expect(ownerForms(challengeName(name), zone)).toEqual({
    relative,
    absolute: `_acme-challenge.${name}.`,
  });
});

test("F3 the zone itself is @", () => {
  expect(ownerForms("example.com", "example.com")).toEqual({
    relative: "@",
    absolute: "example.com.",
  });
});
