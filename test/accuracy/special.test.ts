/** Special functions against values of high precision; the published page. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { measureSpecial, specialNames, type FloatType, type Measurement } from "./specialMeasure.ts";
import { PROMISED, SPECIAL_DOCUMENT, specialDocument, specialFunction } from "./specialTable.ts";

const measured = new Map<string, Measurement>();

function result(name: string, type: FloatType): Measurement {
  const key = `${name}.${type}`;
  let m = measured.get(key);
  if (m === undefined) measured.set(key, (m = measureSpecial(name, specialFunction(name), type)));
  return m;
}

describe("accuracy of special functions", () => {
  it.each(specialNames)("%s", (name) => {
    const [single, double] = [result(name, "f32"), result(name, "f64")];
    expect(double.maxUlp, `at ${double.worst.join(", ")}`).toBeLessThanOrEqual(PROMISED[name]!.ulp);
    expect(single.maxUlp, `at ${single.worst.join(", ")}`).toBeLessThanOrEqual(2);
  });

  it("is as published", () => {
    const text = readFileSync(SPECIAL_DOCUMENT, "utf8");
    expect(text).toBe(specialDocument((name, type) => result(name, type).maxUlp));
  });
});
