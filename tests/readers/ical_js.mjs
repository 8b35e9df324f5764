// What ical.js (Thunderbird, Nextcloud) reads in the calendar on standard input, as JSON.
import { readFileSync } from "node:fs";
const { default: ICAL } = await import(process.argv[2]);

const whole = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of whole.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}
const events = whole.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    start: event.startDate.toUnixTime(),
    end: event.endDate.toUnixTime(),
    summary: event.summary,
    location: event.location,
    sequence: event.sequence,
    status: component.getFirstPropertyValue("status"),
  };
});
console.log(JSON.stringify({ method: whole.getFirstPropertyValue("method"), name: whole.getFirstPropertyValue("name"), events }));
