"""A real Alertmanager that wants to know by certificate who talks to it, and is known by one."""

import json
import shutil
import ssl
import subprocess
import urllib.request

import harness
from discovery_harness import ALL, FAILS, LIVE, Discovery
from harness import clean_environment, free_port, wait_until


class ReceiverTls(Discovery):
    def setUp(self):
        super().setUp()
        self.make_authority("ours")
        self.make_authority("strangers")
        self.make_certificate("server", "ours", "subjectAltName=DNS:alertmanager.example")
        self.make_certificate("watcher", "ours")
        self.make_certificate("stranger", "strangers")

    def openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments], cwd=self.directory, env=clean_environment(), check=True,
            stdin=subprocess.DEVNULL, capture_output=True,
        )

    def make_authority(self, name):
        self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}",
        )

    def make_certificate(self, name, issuer, extension="extendedKeyUsage=clientAuth"):
        self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}",
        )
        self.write(f"{name}.ext", extension + "\n")
        self.openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey",
            f"{issuer}.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext",
            "-out", f"{name}.pem",
        )

    def show(self, name):
        """From now on that is who the daemon is."""
        for ending in (".key", ".pem"):
            shutil.copy(self.directory / (name + ending), self.directory / ("shown" + ending))

    def start_careful_alertmanager(self):
        self.write(
            "web.yml",
            "tls_server_config: {cert_file: server.pem, key_file: server.key,"
            " client_auth_type: RequireAndVerifyClientCert, client_ca_file: ours.pem}\n",
        )
        configuration = self.write(
            "alertmanager.yml", "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
        )
        port = free_port()
        child = self.start(
            ["prometheus-alertmanager", f"--config.file={configuration}",
             f"--web.config.file={self.directory / 'web.yml'}",
             f"--storage.path={self.directory / 'alertmanager'}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        )
        child.url = f"https://127.0.0.1:{port}"
        wait_until(lambda: self.held(child) is not None, "Alertmanager")
        return child

    def held(self, alertmanager):
        trust = ssl.create_default_context(cafile=self.directory / "ours.pem")
        trust.check_hostname = False
        trust.load_cert_chain(self.directory / "watcher.pem", self.directory / "watcher.key")
        try:
            with urllib.request.urlopen(
                alertmanager.url + "/api/v2/alerts", context=trust, timeout=5
            ) as answer:
                return json.load(answer)
        except OSError:
            return None

    def watch(self, alertmanager):
        simulator = self.simulate(f"  - {{name: other, {LIVE}}}\n")
        configuration = self.configure(simulator, ALL, bound="1s")
        text = configuration.read_text()
        at = self.directory
        receivers = (
            f"receivers: [{{name: main, alertmanager: {{urls: ['{alertmanager.url}'], tls_config: "
            f"{{ca_file: {at}/ours.pem, cert_file: {at}/shown.pem, key_file: {at}/shown.key, "
            "server_name: alertmanager.example}}}]\n"
        )
        configuration.write_text(text[:text.index("receivers:")] + receivers)
        daemon = self.start_daemon(configuration)
        self.create(simulator, name="broken", region="eu-west-1", **FAILS)
        daemon.wait_for_line("alert_fired", "broken")
        return daemon

    def test_is_told_by_whom_it_knows(self):
        alertmanager = self.start_careful_alertmanager()
        self.show("watcher")
        self.watch(alertmanager)
        wait_until(lambda: self.held(alertmanager), "the alert")
        (held,) = self.held(alertmanager)
        self.assertEqual(held["labels"]["training_job"], "broken")

    def test_is_told_once_a_certificate_was_renewed_without_a_reload(self):
        alertmanager = self.start_careful_alertmanager()
        self.show("stranger")
        daemon = self.watch(alertmanager)
        daemon.wait_for_line("delivery_failed", "shown.pem", "see that its issuer is trusted")
        self.assertEqual(self.held(alertmanager), [])
        self.show("watcher")
        wait_until(lambda: self.held(alertmanager), "the alert", 150)


if __name__ == "__main__":
    harness.main()
