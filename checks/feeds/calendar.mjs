// Reads calendars with ical.js, which is Thunderbird's: what each event comes to, as one JSON document.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const read = (file) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const moment = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
    return {
      uid: event.uid,
      summary: event.summary,
      sequence: event.sequence,
      start: moment(event.startDate),
      status: component.getFirstPropertyValue("status"),
      categories: component.getFirstProperty("categories").getValues(),
    };
  });
};

console.log(JSON.stringify(Object.fromEntries(process.argv.slice(2).map((file) => [file, read(file)]))));
