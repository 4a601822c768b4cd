"""The daemon gets its keys from every source that AWS' tools know, and uses them."""

import harness
from credentials_harness import CredentialsTest
from harness import get, wait_until


class EverySource(CredentialsTest):
    def watches(self, source, environment=None):
        """Both jobs are seen with the keys of that source, and nothing secret is shown."""
        daemon = self.run_with(source, environment)

        def seen():
            status, metrics = get(daemon.url + "/metrics")
            self.assertEqual(status, 200)
            return 'training_job="done"' in metrics and 'training_job="running"' in metrics

        wait_until(seen, f"the jobs by {source.name}: " + "\n".join(daemon.lines[-5:]))
        self.assertGreaterEqual(self.uses(source), 2)
        if source.service:
            codes = [call["code"] for call in self.fetches(source)]
            # One set of keys, fetched once, is enough for everything.
            self.assertEqual(codes, ["200"])
            self.assertEqual(self.most_at_once(source), 1)
        shown = "\n".join(daemon.lines) + get(daemon.url + "/metrics")[1]
        for secret in source.secrets:
            self.assertNotIn(secret, shown)

    def test_variables(self):
        self.watches(self.of_variables())

    def test_a_profile(self):
        self.watches(self.of_profile())

    def test_a_role_of_the_connection(self):
        self.watches(self.of_role())

    def test_a_role_of_a_profile(self):
        self.watches(self.of_role_profile())

    def test_a_web_identity(self):
        self.watches(self.of_web_identity())

    def test_a_container(self):
        self.watches(self.of_container())

    def test_an_instance(self):
        self.watches(self.of_instance())

    def test_a_process(self):
        self.watches(self.of_process())

    def test_a_sign_on(self):
        self.watches(self.of_sign_on())

    def test_a_proxy_to_the_real_names(self):
        self.watches(self.of_role(), self.through_proxy())
        hosts = {call["about"] for call in self.credentials()["calls"]
                 if call["service"] == "proxy"}
        self.assertEqual(hosts, {"api.sagemaker.eu-west-1.amazonaws.com",
                                 "sts.eu-west-1.amazonaws.com"})


class Trouble(CredentialsTest):
    """What fails stays where it is, says what to do, and ends when it is mended."""

    def metric(self, daemon, text):
        return text in get(daemon.url + "/metrics")[1]

    def up(self, daemon, source, value):
        return self.metric(daemon, f'trainwatchd_connection_up{{connection="{source.name}",'
                                   f'aws_region="eu-west-1"}} {value}')

    def test_a_connection_without_keys_touches_no_other(self):
        good = self.of_role("watch", external_id="")
        bad = self.of_role("guarded", external_id="south-1")
        bad.name = "bad"
        path = self.watching(bad, good)
        daemon = self.start_daemon(path, {**self.endpoints(), **good.environment}, keys={})
        wait_until(lambda: self.up(daemon, good, 1), "the good one")
        wait_until(lambda: self.up(daemon, bad, 0), "the bad one")
        line = daemon.wait_for_line("no_credentials")
        self.assertIn("connection=bad", line)
        self.assertIn("guarded", line)
        self.assertIn("external id", line.split("cure=", 1)[1])
        # Refused once, it is not asked again and again.
        self.assertLessEqual(len(self.fetches(bad)), 6)

    def test_a_broken_plan_touches_no_other(self):
        good = self.of_profile()
        good.connection = "    profile: research\n"
        bad = self.of_profile()
        bad.name, bad.connection = "bad", "    profile: no-such-one\n"
        path = self.watching(bad, good)
        daemon = self.start_daemon(path, {**self.endpoints(), **good.environment}, keys={})
        wait_until(lambda: self.up(daemon, good, 1), "the good one")
        wait_until(lambda: self.up(daemon, bad, 0), "the bad one")
        self.assertIn("no-such-one", daemon.wait_for_line("no_credentials"))

    def test_a_profile_that_leads_nowhere_is_a_connection_that_is_down(self):
        good = self.of_profile()
        good.connection = "    profile: research\n"
        bad = self.of_profile()
        bad.name, bad.connection = "bad", "    profile: odd\n"
        files = {"AWS_CONFIG_FILE": self.in_home("odd", "[profile odd]\nservices = none\n")}
        daemon = self.start_daemon(
            self.watching(bad, good), {**self.endpoints(), **good.environment, **files}, keys={})
        wait_until(lambda: self.up(daemon, good, 1), "the good one")
        wait_until(lambda: self.up(daemon, bad, 0), "the bad one")

    def test_keys_that_end_early_are_renewed_without_a_failed_poll(self):
        source = self.of_instance()
        daemon = self.run_with(source)
        wait_until(lambda: self.up(daemon, source, 1), "the first keys")
        fetched = len(self.fetches(source))
        # Ours still count as good. AWS refuses them, and the poll asks once more with newer ones.
        self.age_keys("7h")
        wait_until(lambda: len(self.fetches(source)) > fetched, "newer keys")
        used = self.uses(source)
        wait_until(lambda: self.uses(source) >= used + 4, "polls with them")
        metrics = get(daemon.url + "/metrics")[1]
        self.assertNotRegex(metrics, r'api_requests_total\{[^}]*code="denied"[^}]*\} [1-9]')
        self.assertTrue(self.up(daemon, source, 1))

    def test_a_stop_does_not_wait_for_keys(self):
        source = self.of_role("watch", external_id="")
        self.fault(service="sts", kind="hang")
        daemon = self.run_with(source)
        wait_until(lambda: self.credentials()["under_way"].get("sts.AssumeRole", {}).get("now"),
                   "the fetch that hangs")
        self.assertEqual(daemon.end(), 0)
        self.assertIn("drained=true", daemon.wait_for_line("stopped"))

    def test_without_any_keys_it_does_not_start_and_says_where_it_looked(self):
        path = self.watching(self.of_profile())
        code, _, err = self.run_to_end(
            harness.TRAINWATCHD, "run", "--config.file", path, environment=self.endpoints())
        self.assertEqual(code, 78, err)
        self.assertIn("no AWS keys", err)

    def test_a_region_is_asked_of_the_instance(self):
        source = self.of_instance()
        path = self.write("bare.yaml", "watch_lists: [{name: all, jobs: [done, running]}]\n")
        environment = {**self.endpoints(), **source.environment}
        del environment["AWS_REGION"]
        daemon = self.start_daemon(path, environment, keys={})
        wait_until(lambda: self.metric(daemon, 'aws_region="eu-west-1"'), "the region")

    def test_a_proxy_that_wants_a_login_is_named(self):
        source = self.of_variables()
        daemon = self.run_with(source, self.through_proxy(user=""))
        line = daemon.wait_for_line("poll_failed")
        self.assertIn("407", line)
        self.assertIn("HTTPS_PROXY", line)

    def test_check_config_says_what_would_fail(self):
        source = self.of_role("blind", external_id="")
        path = self.watching(source)
        environment = {**self.endpoints(), **source.environment}
        code, out, err = self.run_to_end(
            harness.TRAINWATCHD, "check-config", "--online", path, environment=environment)
        self.assertEqual(code, 1, out + err)
        self.assertIn("sagemaker:DescribeTrainingJob", out)
        self.assertIn('"Effect":"Allow"', out)


if __name__ == "__main__":
    harness.main()
