"""The HTTP API of the real binary: as its OpenAPI page says, and true."""

import json
import urllib.parse

import harness
from api_schema import Schemas, breakages
from aws_call import describe
from harness import get, get_json, wait_until

REGION = "eu-west-1"
ACCOUNT = "111122223333"

# A bit of everything; at speed 1 nothing but the running job moves, and the clock is stopped.
FLEET = """
region: eu-west-1
jobs:
  - {name: done, kind: completed, created: -10h}
  - name: broken
    kind: failed
    created: -30m
    durations: {Training: 5m}
    failure_reason: "AlgorithmError: \\"exit\\" \\n\\t 1 漢"
  - {name: overtime, kind: max_runtime_exceeded, created: -8h, limits: {max_runtime: 1h}}
  - {name: spotty, kind: spot, created: -7h, cycles: 2}
  - {name: pooled, kind: warm_pool, created: -6h, keep_alive: 20h}
  - {name: reserved, kind: pending_for_capacity, created: -5h, stays_in: Pending}
  - {name: running, kind: in_progress, created: -10m}
  - {name: tomorrow, kind: future_values, created: -8m, stays_in: Preempted}
  - {name: tuned, kind: tuning_child, created: -4h, tuning_job: tune}
  - {name: ruled, kind: debugger_rules, created: -3h}
  - name: odd
    kind: in_progress
    created: -3h
    extra_members:
      ProgressInfo: {CurrentEpoch: 2, MaxEpoch: 9}
      NewThing: [1, {a: 1.50}]
      FinalMetricDataList: [{MetricName: loss, Value: 0.25, Timestamp: 1763890000}]
  - {name: cancelled, kind: stopped_by_user, created: -3h}
  - name: mixed
    kind: completed
    created: -3h
    instance_groups:
      - {name: head, type: ml.m5.xlarge, count: 1}
      - {name: workers, type: ml.g5.2xlarge, count: 4}
  - {name: abroad, kind: failed, created: -2h, region: us-east-1}
"""
NOWHERE = "nowhere"


class Api(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.simulator = self.start_simulator(FLEET, "--speed", "1")
        status, text = get(self.simulator.control_url + "/clock", "PUT", {"speed": 0})
        self.assertEqual(status, 200, text)
        self.jobs = [(j["region"], j["name"]) for j in self.truth(self.simulator)["jobs"]]
        names = {}
        for region, name in self.jobs:
            names.setdefault(region, []).append(name)
        names[REGION].append(NOWHERE)
        self.names = names

    def start_with(self, more=""):
        configuration = self.configuration(self.simulator, self.names)
        configuration.write_text(configuration.read_text() + more)
        self.daemon = self.start_daemon(configuration)
        wait_until(lambda: self.status()["first_pass_complete"], "the first pass")
        wait_until(lambda: self.status()["jobs"]["unseen"] == 0, "an answer about each job")
        self.schemas = Schemas(self.ask("/api/v1/openapi.json"))

    def ask(self, path):
        return get_json(self.daemon.url + path)

    def status(self):
        return self.ask("/api/v1/status")

    def path_of(self, region, name):
        return f"/api/v1/jobs/{ACCOUNT}/{region}/{name}"

    def names_for(self, **parameters):
        path = "/api/v1/jobs?" + urllib.parse.urlencode(parameters)
        return [j["name"] for j in self.ask(path)["jobs"]]

    def problem(self, path, status, method="GET"):
        got, body = get(self.daemon.url + path, method)
        self.assertEqual(got, status, body)
        problem = json.loads(body)
        self.assertEqual(self.schemas.errors("problem", problem), [])
        self.assertEqual(problem["status"], status)
        return problem


class Description(Api):
    def setUp(self):
        super().setUp()
        self.start_with()

    def answers(self):
        """(schema, answer) of each path and job."""
        yield "job_list", self.ask("/api/v1/jobs?limit=1000")
        yield "alert_list", self.ask("/api/v1/alerts")
        yield "status", self.status()
        for region, name in self.jobs:
            yield "job", self.ask(self.path_of(region, name))

    def test_every_answer_is_as_the_page_says(self):
        for schema, answer in self.answers():
            self.assertEqual(self.schemas.errors(schema, answer), [])
        self.assertGreater(len(self.ask("/api/v1/alerts")["alerts"]), 0)

    def test_the_page_refuses_what_is_broken(self):
        tried = 0
        for schema, answer in self.answers():
            validator = self.schemas.validator(schema)
            for what, broken in breakages(answer):
                tried += 1
                self.assertFalse(validator.is_valid(broken), f"{schema}: takes it: {what}")
        self.assertGreater(tried, 1000)
        problem = self.problem("/api/v1/jobs?limit=0", 400)
        for what, broken in breakages(problem):
            if what != "took errors from the answer":
                self.assertTrue(self.schemas.errors("problem", broken), what)

    def test_the_page_leaves_no_member_open(self):
        found = list(self.schemas.object_schemas())
        self.assertGreater(len(found), 25)
        for name, schema in found:
            if name == "document":
                continue
            self.assertIn("additionalProperties", schema, name)
            if "properties" in schema and "required" in schema:
                optional = set(schema["properties"]) - set(schema["required"])
                self.assertLessEqual(optional, {"errors"}, name)

    def test_the_page_describes_every_path_and_no_other(self):
        page = self.ask("/api/v1/openapi.json")
        self.assertEqual(
            sorted(page["paths"]),
            ["/api/v1/alerts", "/api/v1/jobs", "/api/v1/jobs/{account}/{region}/{name}",
             "/api/v1/openapi.json", "/api/v1/status"],
        )
        for path in page["paths"].values():
            answer = path["get"]["responses"]["200"]["content"]["application/json"]
            self.assertTrue(answer["schema"])
            for parameter in path["get"].get("parameters", []):
                self.assertGreater(len(parameter["description"]), 10, parameter["name"])

    def test_every_allowed_value_of_the_page_is_taken(self):
        listing = self.ask("/api/v1/openapi.json")["paths"]["/api/v1/jobs"]["get"]
        for parameter in listing["parameters"]:
            schema = parameter["schema"]
            for value in schema.get("items", schema).get("enum", []):
                self.ask(f"/api/v1/jobs?{parameter['name']}={value}")


class Answers(Api):
    def setUp(self):
        super().setUp()
        self.start_with()

    def test_filters_give_what_is_true(self):
        truth = {j["name"]: j for j in self.truth(self.simulator)["jobs"]}
        ended = sorted(n for n, j in truth.items() if j["ended"])
        self.assertEqual(self.names_for(state="ended"), ended)
        self.assertEqual(self.names_for(state="missing"), [NOWHERE])
        self.assertEqual(self.names_for(state="live"), sorted(set(truth) - set(ended)))
        for outcome in ("completed", "failed", "max_runtime_exceeded", "stopped"):
            self.assertEqual(
                self.names_for(outcome=outcome),
                sorted(n for n in ended if truth[n]["outcome"] == outcome),
            )
        for status in ("InProgress", "Completed", "Failed", "Stopped"):
            self.assertEqual(
                self.names_for(status=status),
                sorted(n for n, j in truth.items() if j["status"] == status),
            )
        self.assertEqual(self.names_for(secondary_status="Preempted"), ["tomorrow"])
        self.assertEqual(self.names_for(aws_region="us-east-1"), ["abroad"])
        self.assertEqual(self.names_for(name="*in*"), ["running"])

    def test_sorts_by_what_is_true(self):
        truth = {j["name"]: j for j in self.truth(self.simulator)["jobs"]}
        by_creation = sorted(truth, key=lambda n: (truth[n]["created"], n))
        self.assertEqual(self.names_for(sort="created"), by_creation + [NOWHERE])
        newest = sorted(truth, key=lambda n: truth[n]["created"], reverse=True)
        self.assertEqual(
            [truth[n]["created"] for n in self.names_for(sort="-created")[:-1]],
            [truth[n]["created"] for n in newest],
        )
        self.assertEqual(self.names_for(sort="-created")[-1], NOWHERE)

    def test_pages_lead_through_all_jobs(self):
        whole = self.names_for(sort="-ended")
        self.assertEqual(len(whole), len(self.jobs) + 1)
        seen = []
        path = "/api/v1/jobs?sort=-ended&limit=4"
        while path:
            page = self.ask(path)
            self.assertLessEqual(len(page["jobs"]), 4)
            self.assertEqual(page["total"], len(whole))
            seen += [j["name"] for j in page["jobs"]]
            path = page["next"]
        self.assertEqual(seen, whole)

    def test_a_job_is_told_as_aws_tells_it(self):
        for region, name in self.jobs:
            job = self.ask(self.path_of(region, name))
            said = json.loads(describe(self.simulator, region, name))
            self.assertEqual(job["summary"]["status"], said["TrainingJobStatus"])
            self.assertEqual(job["summary"]["failure_reason"], said.get("FailureReason"))
            self.assertEqual(
                [(t["secondary_status"], t["message"]) for t in job["timeline"]],
                [(t["Status"], t.get("StatusMessage")) for t in said["SecondaryStatusTransitions"]],
            )
            self.assertEqual(job["derived"]["links"]["log_stream_prefix"], name + "/")
        broken = self.ask(self.path_of(REGION, "broken"))
        self.assertEqual([a["alertname"] for a in broken["alerts"]], ["TrainingJobFailed"])
        self.assertEqual(broken["summary"]["alerts_firing"], 1)
        self.assertEqual(
            self.ask("/api/v1/alerts?training_job=broken")["alerts"], broken["alerts"]
        )

    def test_the_document_is_what_aws_sent_less_the_values(self):
        for region, name in self.jobs:
            job = self.ask(self.path_of(region, name))
            said = json.loads(describe(self.simulator, region, name))
            for member in ("HyperParameters", "Environment"):
                if member in said:
                    said[member] = dict.fromkeys(said[member])
            # These run while the job does, between the daemon's describe and ours.
            for member in ("TrainingTimeInSeconds", "BillableTimeInSeconds"):
                if said["TrainingJobStatus"] == "InProgress" and member in said:
                    kept = job["document"][member]
                    self.assertTrue(0 <= said[member] - kept <= harness.PATIENCE, (name, member))
                    said[member] = kept
            self.assertEqual(job["document"], said, name)
            self.assertIsNone(job["document_missing_because"])
        status = self.status()
        self.assertEqual(status["documents"]["kept"], len(self.jobs))
        self.assertEqual(status["documents"]["dropped"], 0)
        self.assertGreater(status["documents"]["bytes"], 100 * len(self.jobs))

    def test_errors_are_problems_that_help(self):
        self.assertIn("/api/v1/openapi.json", self.problem("/api/v1/nothing", 404)["detail"])
        wrong = self.problem("/api/v1/jobs?stat=live&limit=0&sort=age&state=on", 400)
        self.assertEqual(
            [e["parameter"] for e in wrong["errors"]], ["stat", "state", "sort", "limit"]
        )
        self.assertIn('did you mean "state"?', wrong["errors"][0]["detail"])
        missing = self.problem(self.path_of(REGION, NOWHERE), 404)
        self.assertIn("AWS knows no job of this name", missing["detail"])
        elsewhere = self.problem(self.path_of(REGION, "abroad"), 404)
        self.assertIn(self.path_of("us-east-1", "abroad"), elsewhere["detail"])
        self.problem(self.path_of(REGION, "never-heard-of"), 404)
        self.problem("/api/v1/jobs", 405, "POST")
        self.assertEqual(get(self.daemon.url + "/api/v1/jobs", "HEAD"), (200, ""))
        listed = self.ask(f"/api/v1/jobs?name={NOWHERE}")["jobs"][0]
        self.assertIsNone(listed["observed_at"])
        self.assertEqual((listed["state"], listed["missing"]), ("missing", True))


class Verbatim(Api):
    def test_with_parameters_shown_each_byte_is_aws(self):
        self.start_with("api: {show_parameters: true}\n")
        for region, name in self.jobs:
            status, body = get(self.daemon.url + self.path_of(region, name))
            self.assertEqual(status, 200)
            said = describe(self.simulator, region, name)
            self.assertTrue(body.endswith('"document":' + said + "}\n"), f"{body[-2000:]}\n{said}")


if __name__ == "__main__":
    harness.main()
