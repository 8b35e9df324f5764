// What two packages of npm count: on a line [name of the package, texts], and a list of [encoding, units, segments] back.
const path = require('path');
const { createRequire } = require('module');
const from = createRequire(path.join(process.env.NODE_MODULES, 'x.js'));
const { SegmentedMessage } = from('sms-segments-calculator');
const splitter = from('split-sms');

const counters = {
  // Kept by a provider, for its customers.
  'sms-segments-calculator': (text) => {
    const counted = new SegmentedMessage(text);
    const isSevenBit = counted.encodingName === 'GSM-7';
    return [isSevenBit ? 'gsm7' : 'ucs2', counted.messageSize / (isSevenBit ? 7 : 16), counted.segmentsCount];
  },
  // Older, and fast.
  'split-sms': (text) => {
    const counted = splitter.split(text);
    const isSevenBit = counted.characterSet === 'GSM';
    return [isSevenBit ? 'gsm7' : 'ucs2', isSevenBit ? counted.bytes : counted.bytes / 2, counted.parts.length];
  },
};

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [by, texts] = JSON.parse(line);
  console.log(JSON.stringify(texts.map(counters[by])));
});
