// peer_better.js -d NEW-FILE [-t THREADS] [-s SECONDS | -r ROWS-EACH] [-n]
//
// better-sqlite3, as its documentation has it for several threads: workers,
// each with a connection of its own that waits in the busy handler. Writes the
// row of plan.h and prints the line of crew.h. NODE_PATH says where it is.
'use strict';
const { Worker, isMainThread, workerData, parentPort } = require('node:worker_threads');
const Database = require('better-sqlite3');

const TABLE = 'create table row (id integer, time text, url text, status integer, body blob)';
const INSERT = 'insert into row values (?, ?, ?, ?, ?)';
const PATIENCE_MS = 60000;

function open(plan) {
  const db = new Database(plan.db, { timeout: PATIENCE_MS });
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = ' + (plan.normal ? 'normal' : 'full'));
  return db;
}

function work({ plan, index, shared }) {
  const db = open(plan);
  const insert = db.prepare(INSERT);
  const body = Buffer.alloc(200);
  const flags = new Int32Array(shared); // 0: begun, 1: stop, 2: ready
  const waits = [];
  let late = 0;
  let number = BigInt(index) << 32n;
  Atomics.add(flags, 2, 1);
  Atomics.wait(flags, 0, 0);
  const goesOn = () => (plan.rows > 0 ? waits.length < plan.rows : Atomics.load(flags, 1) === 0);
  while (goesOn()) {
    const started = process.hrtime.bigint();
    insert.run(number++, '2026-11-23T02:16:00.123Z',
      'https://api.example.org/v1/ticker?symbols=ABC,XYZ', 200, body);
    if (plan.rows > 0 || Atomics.load(flags, 1) === 0) {
      waits.push(Number(process.hrtime.bigint() - started) / 1e3);
    } else {
      late += 1;
    }
  }
  db.close();
  parentPort.postMessage({ waits, late });
}

function readPlan(argv) {
  const plan = { db: null, threads: 1, seconds: 1, rows: 0, normal: false };
  for (let i = 0; i < argv.length; i += 1) {
    if (argv[i] === '-n') plan.normal = true;
    else if (argv[i] === '-d') plan.db = argv[++i];
    else if (argv[i] === '-t') plan.threads = Number(argv[++i]);
    else if (argv[i] === '-s') plan.seconds = Number(argv[++i]);
    else if (argv[i] === '-r') plan.rows = Number(argv[++i]);
    else throw new Error('unknown argument: ' + argv[i]);
  }
  return plan;
}

function seconds(since) {
  return Number(process.hrtime.bigint() - since) / 1e9;
}

async function main() {
  const plan = readPlan(process.argv.slice(2));
  const made = open(plan);
  made.exec(TABLE);
  const shared = new SharedArrayBuffer(12);
  const flags = new Int32Array(shared);
  const crew = [];
  for (let index = 0; index < plan.threads; index += 1) {
    const worker = new Worker(__filename, { workerData: { plan, index, shared } });
    crew.push(new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    }));
  }
  while (Atomics.load(flags, 2) < plan.threads) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  Atomics.store(flags, 0, 1);
  Atomics.notify(flags, 0);
  const began = process.hrtime.bigint();
  const before = process.cpuUsage();
  if (plan.rows === 0) {
    await new Promise((resolve) => setTimeout(resolve, plan.seconds * 1000));
    Atomics.store(flags, 1, 1);
  }
  let took = seconds(began);
  const each = await Promise.all(crew);
  if (plan.rows > 0) took = seconds(began);
  const used = process.cpuUsage(before);
  const every = each.flatMap((one) => one.waits).sort((a, b) => a - b);
  const late = each.reduce((sum, one) => sum + one.late, 0);
  const stored = made.prepare('select count(*) as n from row').get().n;
  if (stored !== every.length + late) {
    throw new Error('the file holds another number of rows than were written');
  }
  const counts = each.map((one) => one.waits.length);
  console.log(JSON.stringify({
    rows: every.length, seconds: took, rate: every.length / took, failed: 0,
    least: Math.min(...counts), most: Math.max(...counts),
    p50_us: every[Math.floor(every.length / 2)], p99_us: every[Math.floor(every.length * 0.99)],
    max_us: every[every.length - 1], processor_s: (used.user + used.system) / 1e6,
  }));
}

if (isMainThread) main();
else work(workerData);
