// Starts sagemaker-sim on free ports, tells where it listens, and ends it by its process id.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export const keys = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

export class Simulator {
  static async start(...options) {
    const { SAGEMAKER_SIM: binary, SAGEMAKER_SIM_SCENARIO: scenario, PATH, HOME } = process.env;
    const child = spawn(binary, ["--scenario", scenario, "--speed", "1", ...options], {
      env: { PATH, HOME },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    // The line comes when all ports listen; an end of the stream says that it died.
    const line = await Promise.race([once(lines, "line"), once(lines, "close")]);
    if (!line[0]?.startsWith("ready ")) throw new Error(`${binary} ended before it was ready`);
    return Object.assign(new Simulator(), JSON.parse(line[0].slice(6)), { child });
  }

  async control(method, path, body) {
    const answer = await fetch(this.control_url + path, {
      method,
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = await ended;
    return code;
  }
}
