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


if __name__ == "__main__":
    harness.main()
