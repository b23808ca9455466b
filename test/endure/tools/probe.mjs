// probe.mjs URL PERIOD TIMEOUT: asks every PERIOD ms, each time by a new connection as the kubelet does, until standard
// input ends. Then it prints what it saw as one line of JSON. A process of its own: a busy one would measure itself.
import { request } from 'node:http';

const [url = '', period = '200', timeout = '5000'] = process.argv.slice(2);
const seen = { asked: 0, answered: 0, failed: 0, longest: 0, inARow: 0, reasons: {} };
let row = 0;
let open = 0;
let ended = false;

function ask() {
  const start = performance.now();
  seen.asked++;
  open++;
  let settled = false;
  const settle = (reason) => {
    if (settled) return;
    settled = true;
    open--;
    seen.longest = Math.max(seen.longest, performance.now() - start);
    if (reason === undefined) {
      seen.answered++;
      row = 0;
    } else {
      seen.failed++;
      seen.reasons[reason] = (seen.reasons[reason] ?? 0) + 1;
      seen.inARow = Math.max(seen.inARow, ++row);
    }
    if (ended && open === 0) finish();
  };
  const asked = request(url, { agent: false, timeout: Number(timeout) }, (response) => {
    response.resume();
    response.on('end', () => settle(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
    response.on('error', (error) => settle(error.code ?? error.message));
  });
  asked.on('timeout', () => {
    settle('no answer in time');
    asked.destroy();
  });
  asked.on('error', (error) => settle(error.code ?? error.message));
  asked.end();
}

function finish() {
  process.stdout.write(`${JSON.stringify({ ...seen, longest: Math.round(seen.longest) })}\n`);
  process.exit(0);
}

const timer = setInterval(ask, Number(period));
ask();
process.stdin.resume().on('end', () => {
  ended = true;
  clearInterval(timer);
  if (open === 0) finish();
});
