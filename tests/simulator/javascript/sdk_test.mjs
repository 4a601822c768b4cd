// The AWS SDK for JavaScript reads the simulator as if it were SageMaker.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import https from "node:https";
import { after, afterEach, before, describe, test } from "node:test";
import {
  DescribeTrainingJobCommand as Describe,
  ListTagsCommand as ListTags,
  ListTrainingJobsCommand as List,
  ListTrainingJobsForHyperParameterTuningJobCommand as ListChildren,
  SageMakerClient,
  StopTrainingJobCommand as Stop,
  paginateListTrainingJobs,
  waitUntilTrainingJobCompletedOrStopped,
} from "@aws-sdk/client-sagemaker";
import { Simulator, keys } from "./simulator_process.mjs";

function client(sim, options = {}) {
  return new SageMakerClient({
    endpoint: sim.http_url,
    region: "eu-west-1",
    credentials: keys,
    maxAttempts: 1,
    ...options,
  });
}

const job = (TrainingJobName) => new Describe({ TrainingJobName });

describe("SDK", () => {
  let sim;
  let sagemaker;
  before(async () => {
    sim = await Simulator.start();
    await sim.control("PUT", "/clock", { speed: 0 });
    sagemaker = client(sim);
  });
  afterEach(() => sim.control("DELETE", "/faults"));
  after(async () => {
    sagemaker.destroy();
    assert.equal(await sim.stop(), 0);
  });

  async function refusal(command, options) {
    const by = options ? client(sim, options) : sagemaker;
    try {
      await by.send(command);
    } catch (error) {
      return error;
    } finally {
      if (by !== sagemaker) by.destroy();
    }
    return assert.fail("the call was not refused");
  }

  async function names(query) {
    const list = [];
    for await (const page of paginateListTrainingJobs({ client: sagemaker }, query)) {
      list.push(...page.TrainingJobSummaries.map((summary) => summary.TrainingJobName));
    }
    return list;
  }

  test("a completed job", async () => {
    const done = await sagemaker.send(job("done"));
    assert.equal(done.$metadata.httpStatusCode, 200);
    assert.equal(done.$metadata.requestId.length, 36);
    assert.equal(done.TrainingJobStatus, "Completed");
    assert.equal(done.OutputDataConfig.KmsKeyId, "");
    assert.equal(done.TrainingTimeInSeconds, 22 * 60);
    const entries = done.SecondaryStatusTransitions;
    assert.deepEqual(entries[0].StartTime, done.CreationTime);
    assert.deepEqual(entries.at(-1).StartTime, entries.at(-1).EndTime);
    entries.slice(1).forEach((entry, at) => assert.deepEqual(entry.StartTime, entries[at].EndTime));
    const hours = (Date.now() - done.CreationTime.getTime()) / 3.6e6;
    assert.ok(hours > 9.9 && hours < 10.2, `${hours}`);
  });

  test("the ends", async () => {
    const broken = await sagemaker.send(job("broken"));
    assert.equal(broken.TrainingJobStatus, "Failed");
    assert.match(broken.FailureReason, /\n.*模型訓練失敗/s);
    const overtime = await sagemaker.send(job("overtime"));
    assert.equal(overtime.TrainingJobStatus, "Stopped");
    assert.equal(overtime.SecondaryStatus, "MaxRuntimeExceeded");
    assert.equal((await sagemaker.send(job("tomorrow"))).SecondaryStatus, "Preempted");
    assert.equal((await sagemaker.send(job("running"))).ModelArtifacts, undefined);
  });

  test("another region", async () => {
    const abroad = client(sim, { region: "us-east-1" });
    assert.match((await abroad.send(job("abroad"))).TrainingJobArn, /:us-east-1:/);
    abroad.destroy();
  });

  test("lists with the paginator and each filter", async () => {
    const newest = { SortBy: "CreationTime", SortOrder: "Descending" };
    const all = await names({ ...newest, MaxResults: 7 });
    assert.equal(new Set(all).size, 35);
    assert.deepEqual([all[0], all.at(-1), all.length], ["running", "page-01", 35]);
    assert.deepEqual(await names({ StatusEquals: "Failed" }), ["broken"]);
    assert.deepEqual(await names({ NameContains: "pool" }), ["pooled"]);
    assert.deepEqual(await names({ WarmPoolStatusEquals: "Available" }), ["pooled"]);
    const { CreationTime } = await sagemaker.send(job("mixed"));
    const shifted = (seconds) => new Date(CreationTime.getTime() + seconds * 1000);
    assert.deepEqual(
      await names({ CreationTimeAfter: shifted(-0.001), CreationTimeBefore: shifted(0.001) }),
      ["mixed"],
    );
    assert.deepEqual(
      await names({ LastModifiedTimeAfter: shifted(60), LastModifiedTimeBefore: shifted(3600) }),
      ["mixed"],
    );
    const [summary] = (await sagemaker.send(new List({ ...newest, MaxResults: 1 })))
      .TrainingJobSummaries;
    assert.equal(summary.SecondaryStatus, "Training");
  });

  test("an empty page is not the end", async () => {
    const page = await sagemaker.send(new List({ NameContains: "running", MaxResults: 10 }));
    assert.deepEqual(page.TrainingJobSummaries, []);
    assert.ok(page.NextToken);
    const error = await refusal(new List({ NextToken: page.NextToken, SortBy: "Name" }));
    assert.equal(error.name, "ValidationException");
  });

  test("tags and children", async () => {
    const { TrainingJobArn } = await sagemaker.send(job("done"));
    const { Tags } = await sagemaker.send(new ListTags({ ResourceArn: TrainingJobArn }));
    assert.deepEqual(Tags, [
      { Key: "team", Value: "vision" },
      { Key: "trainwatchd:watch", Value: "true" },
    ]);
    const children = await sagemaker.send(new ListChildren({ HyperParameterTuningJobName: "tune" }));
    assert.equal(children.TrainingJobSummaries[0].TrainingJobName, "tuned");
    const none = await refusal(new ListChildren({ HyperParameterTuningJobName: "none" }));
    assert.equal(none.name, "ResourceNotFound");
  });

  test("errors", async () => {
    const error = await refusal(job("nobody"));
    assert.equal(error.name, "ValidationException");
    assert.equal(error.message, "Requested resource not found.");
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match((await refusal(job("-bad-"))).message, /^1 validation error detected: /);
    assert.equal(
      (await refusal(new Stop({ TrainingJobName: "running" }))).name,
      "UnknownOperationException",
    );
  });

  test("keys", async () => {
    const wrong = { ...keys, secretAccessKey: "wrong" };
    const other = { ...keys, accessKeyId: "AKIAOTHER" };
    const token = { ...keys, sessionToken: "token" };
    for (const [options, name] of [
      [{ credentials: wrong }, "InvalidSignatureException"],
      [{ credentials: other }, "UnrecognizedClientException"],
      [{ credentials: token }, "UnrecognizedClientException"],
      [{ region: "mars-north-1" }, "InvalidSignatureException"],
    ]) {
      assert.equal((await refusal(job("done"), options)).name, name);
    }
  });

  test("faults", async () => {
    for (const [fault, expected] of [
      [{ kind: "throttle" }, /ThrottlingException/],
      [{ kind: "status", body: "json" }, /InternalFailure/],
      [{ kind: "error", code: "ExpiredTokenException" }, /ExpiredTokenException/],
      [{ kind: "reset" }, /ECONNRESET|socket hang up|TimeoutError/],
      [{ kind: "truncate" }, /aborted|ECONNRESET|SyntaxError/],
      [{ kind: "cut_json" }, /SyntaxError/],
    ]) {
      await sim.control("PUT", "/faults", fault);
      const error = await refusal(job("done"));
      assert.match(`${error.name} ${error.code} ${error.message}`, expected);
    }
    await sim.control("PUT", "/faults", { kind: "throttle", next: 1 });
    const patient = client(sim, { maxAttempts: 3 });
    assert.equal((await patient.send(job("done"))).$metadata.attempts, 2);
    patient.destroy();
  });

  test("TLS with its authority", async () => {
    const ca = readFileSync(sim.ca_file);
    for (const url of [sim.https_url, sim.https_url.replace("127.0.0.1", "localhost")]) {
      const httpsAgent = new https.Agent({ ca });
      const secure = client(sim, { endpoint: url, requestHandler: { httpsAgent } });
      assert.equal((await secure.send(job("done"))).TrainingJobName, "done");
      secure.destroy();
    }
    const error = await refusal(job("done"), { endpoint: sim.https_url });
    assert.match(`${error.code} ${error.message}`, /CERT|certificate/);
  });
});

test("a waiter sees the end", async () => {
  const sim = await Simulator.start();
  await sim.control("PUT", "/clock", { speed: 0 });
  const sagemaker = client(sim);
  let polls = 0;
  sagemaker.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      polls += 1;
      await sim.control("PUT", "/clock", { advance: "10m" });
      return answer;
    },
    { step: "initialize" },
  );
  const patience = { client: sagemaker, minDelay: 0.001, maxDelay: 0.002, maxWaitTime: 60 };
  const seen = await waitUntilTrainingJobCompletedOrStopped(patience, { TrainingJobName: "running" });
  assert.equal(seen.state, "SUCCESS");
  assert.equal(polls, 3);
  await assert.rejects(
    waitUntilTrainingJobCompletedOrStopped(patience, { TrainingJobName: "broken" }),
  );
  sagemaker.destroy();
  assert.equal(await sim.stop(), 0);
});

// This SDK learns the service's time from the Date header of the refusal and signs again.
test("a skewed clock is corrected", async () => {
  const sim = await Simulator.start("--clock-skew", "20m");
  const sagemaker = client(sim, { maxAttempts: 3 });
  assert.equal((await sagemaker.send(job("done"))).$metadata.attempts, 2);
  const { operations } = await sim.control("GET", "/requests");
  assert.deepEqual(operations.DescribeTrainingJob, { 200: 1, InvalidSignatureException: 1 });
  sagemaker.destroy();
  assert.equal(await sim.stop(), 0);
});
