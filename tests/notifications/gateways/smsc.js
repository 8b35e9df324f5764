// The telephone network of the tests: an SMSC on npm's `smpp`, told over HTTP what to do.
//
//   node smsc.js      prints {"smpp": port, "control": port} and runs until its stdin is closed
//
// POST / with a list [deed, ...values]:
//   ["taken"]                every part that was taken: to, from, text as npm's `smpp` reads it, headers, receipt asked for
//   ["behave", {...}]        from now on; see `usual` below
//   ["say", {...}, ...]      deliver_sm to every bound link of that user; answers with the status of each
//   ["asked"]                how many enquire_link came
//   ["restart"]              drop every link, and listen again
//   ["raw", user, hex]       octets on the line of that user, whatever they are
//   ["links", user]          how many links of that user are bound
const http = require('http');
const path = require('path');
const { createRequire } = require('module');
const smpp = createRequire(path.join(process.env.NODE_MODULES, 'x.js'))('smpp');

const PASSWORDS = { digibel: 'geheim', kannel: 'geheim' };
const usual = {
  refuse: [],            // statuses of the next submits, one each; 0 takes it
  deaf: false,           // enquire_link gets no answer
  receipt: 'DELIVRD',    // what is told of every text that asks for it; '': nothing
  receipts: [],          // the same for the next ones, one each
  early: false,          // the receipt comes before the response
  vanish: 0,             // so many submits are taken, and the line breaks before the response
  mute: 0,               // so many submits are taken, and never answered
};
let behaviour = { ...usual };
let next = 1;
let asked = 0;
const taken = [];
const sessions = new Map();
const owed = new Set();  // receipts that nobody has acknowledged: told again on the next link, as a real network does

function receiptOf(id, pdu, state) {
  const stamp = '2611251200';
  const text = `id:${id} sub:001 dlvrd:001 submit date:${stamp} done date:${stamp} stat:${state} err:000 text:`;
  return {
    source_addr: pdu.destination_addr, source_addr_ton: 1, source_addr_npi: 1,
    destination_addr: pdu.source_addr, esm_class: 4, short_message: Buffer.from(text, 'latin1'),
  };
}

function tell(session, user, receipt) {
  const kept = { user, receipt };
  owed.add(kept);
  session.deliver_sm(receipt, () => owed.delete(kept));
}

function submitted(session, user, pdu) {
  const status = behaviour.refuse.shift();
  if (status) {
    session.send(pdu.response({ command_status: status }));
    return;
  }
  const id = `m${next++}`;
  taken.push({
    user, id, to: pdu.destination_addr, from: pdu.source_addr, esm_class: pdu.esm_class, data_coding: pdu.data_coding,
    asked: pdu.registered_delivery, until: pdu.validity_period, text: pdu.short_message.message,
    header: (pdu.short_message.udh || []).map((one) => one.toString('hex')),
  });
  if (behaviour.vanish > 0) {
    behaviour.vanish -= 1;
    session.socket.destroy();
    return;
  }
  if (behaviour.mute > 0) {
    behaviour.mute -= 1;
    return;
  }
  const state = behaviour.receipts.shift() || behaviour.receipt;
  const receipt = pdu.registered_delivery && state ? receiptOf(id, pdu, state) : null;
  if (receipt && behaviour.early) tell(session, user, receipt);
  session.send(pdu.response({ message_id: id }));
  if (receipt && !behaviour.early) tell(session, user, receipt);
}

function welcome(session) {
  session.on('error', () => sessions.delete(session));
  session.on('close', () => sessions.delete(session));
  const bind = (pdu) => {
    if (PASSWORDS[pdu.system_id] !== pdu.password) {
      session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
      session.close();
      return;
    }
    sessions.set(session, pdu.system_id);
    session.send(pdu.response());
    if (pdu.command !== 'bind_transmitter') for (const kept of [...owed]) {
      if (kept.user === pdu.system_id && owed.delete(kept)) tell(session, kept.user, kept.receipt);
    }
  };
  for (const kind of ['bind_transceiver', 'bind_receiver', 'bind_transmitter']) session.on(kind, bind);
  session.on('submit_sm', (pdu) => submitted(session, sessions.get(session), pdu));
  session.on('enquire_link', (pdu) => {
    asked += 1;
    if (!behaviour.deaf) session.send(pdu.response());
  });
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
}

function said({ user, hex, ...pdu }) {
  const [session] = [...sessions].find(([, bound]) => bound === user) || [null];
  if (!session) return Promise.resolve('not bound');
  const full = { source_addr_ton: 1, source_addr_npi: 1, ...pdu };
  if (hex !== undefined) full.short_message = Buffer.from(hex, 'hex');
  if (full.message_payload !== undefined) full.message_payload = Buffer.from(full.message_payload, 'hex');
  return new Promise((resolve) => {
    session.on('close', () => resolve('closed'));
    session.deliver_sm(full, (answer) => resolve(answer.command_status));
  });
}

let network = smpp.createServer(welcome);

const deeds = {
  taken: () => taken,
  asked: () => asked,
  behave: (how) => { behaviour = { ...usual, ...how }; },
  say: (...texts) => Promise.all(texts.map(said)),
  links: (user) => [...sessions.values()].filter((bound) => bound === user).length,
  raw: (user, hex) => [...sessions].find(([, bound]) => bound === user)[0].socket.write(Buffer.from(hex, 'hex')) || null,
  restart: () => new Promise((resolve) => {
    const { port } = network.address();
    network.close(() => {
      network = smpp.createServer(welcome);
      network.listen(port, '127.0.0.1', resolve);
    });
    for (const session of [...sessions.keys()]) session.socket.destroy();
  }),
};

const control = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const [deed, ...values] = JSON.parse(Buffer.concat(chunks));
      const answer = await deeds[deed](...values);
      response.end(JSON.stringify(answer === undefined ? null : answer));
    } catch (error) {
      response.writeHead(500).end(String(error && error.stack));
    }
  });
});

network.listen(0, '127.0.0.1', () => control.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ smpp: network.address().port, control: control.address().port }));
}));
process.stdin.on('end', () => process.exit(0)).resume();
