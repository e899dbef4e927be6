// Draws the replay's data (the script element `data`, whose members DrivePage writes) with Leaflet. Names and texts of files go into the
// page as text nodes only, never as markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const ramp = ["#5b4bc4", "#2f7ad6", "#1595a3", "#3aa655", "#d6a400", "#e5741f", "#d3222f"];
  const byId = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // Numbers come as whole millionths (or whatever) after each other's difference.
  const undelta = (list, scale) => {
    let sum = 0;
    return list.map((step) => (sum += step) / scale);
  };
  const drives = data.drives.map((drive) => ({
    ...drive, lat: undelta(drive.lat, 1e6), lon: undelta(drive.lon, 1e6), t: undelta(drive.t, 1e3),
    breaks: new Set(drive.breaks),
  }));
  // One axis of time for all drives, one after the other.
  let length = 0;
  for (const drive of drives) {
    drive.from = length;
    length += drive.t.length ? drive.t[drive.t.length - 1] : 0;
  }

  // -- Words ------------------------------------------------------------------------------------------------------------------------

  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const span = (seconds) => seconds >= 3600
    ? `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  // Receivers without a date count from 1970 or from nothing.
  const isDated = (drive) => drive.start > 315964800000;
  const clock = (drive, seconds, withDate) => {
    if (!isDated(drive)) return "+" + span(seconds);
    const text = new Date(drive.start + seconds * 1000).toISOString();
    return (withDate ? text.slice(0, 10) + " " : "") + text.slice(11, 19);
  };
  const number = (value) => Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
  const place = (lat, lon) => `${Math.abs(lat).toFixed(5)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lon).toFixed(5)}° ${lon < 0 ? "W" : "E"}`;

  // -- Map --------------------------------------------------------------------------------------------------------------------------

  const map = L.map("map", { preferCanvas: true, attributionControl: false, zoomControl: false, maxZoom: 20, zoomSnap: 0.5, worldCopyJump: true });
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  for (const [name, level] of [["grid", 310], ["zones", 350], ["line", 390], ["drive", 400], ["sent", 450]]) map.createPane(name).style.zIndex = level;
  // Canvases that nobody clicks let clicks through to the one below.
  for (const name of ["grid", "line", "drive", "sent"]) map.getPane(name).style.pointerEvents = "none";
  const renderer = (pane) => L.canvas({ pane, padding: 0.3 });
  const renderers = Object.fromEntries(["grid", "zones", "line", "drive", "sent"].map((name) => [name, renderer(name)]));
  const layers = {
    graticule: L.layerGroup(), corridor: L.layerGroup(), zone: L.layerGroup(), track: L.layerGroup(), sent: L.layerGroup(),
    other: L.layerGroup(), events: L.layerGroup(),
  };

  const pieces = (drive) => {
    const all = [];
    drive.lat.forEach((lat, index) => {
      if (index === 0 || drive.breaks.has(index)) all.push([]);
      all[all.length - 1].push([lat, drive.lon[index], drive.v[index]]);
    });
    return all;
  };

  // -- Speeds -----------------------------------------------------------------------------------------------------------------------

  // A receiver's jumps would leave all the rest in one shade: the fastest fiftieth doesn't count.
  const speeds = drives.flatMap((drive) => drive.v.filter((v) => v > 0)).sort((a, b) => a - b);
  const fastest = speeds.length > 0 ? speeds[Math.floor(speeds.length * 0.98)] / 10 : 0;
  const step = [5, 10, 15, 20, 25, 30, 50, 100, 200].find((size) => size * ramp.length >= fastest) || 300;
  const bucket = (v) => (v < 0 ? -1 : Math.min(ramp.length - 1, Math.floor(v / 10 / step)));
  const hasSpeeds = fastest > 0;
  if (hasSpeeds) {
    ramp.forEach((shade, index) => {
      const cell = make("div");
      cell.append(make("i"), document.createTextNode(index === ramp.length - 1 ? `${index * step}+` : `${index * step}`));
      cell.firstChild.style.background = shade;
      byId("scale").append(cell);
    });
  } else {
    byId("speeds").hidden = true;
  }

  const drawTrack = () => {
    layers.track.clearLayers();
    const line = (points, options) => L.polyline(points, {
      renderer: renderers.drive, interactive: false, smoothFactor: 0.8, lineJoin: "round", lineCap: "round", ...options,
    }).addTo(layers.track);
    for (const drive of drives) {
      const parts = pieces(drive);
      line(parts.map((part) => part.map(([lat, lon]) => [lat, lon])), { color: colour("casing"), weight: 8, opacity: 0.9 });
      parts.forEach((part, index) => {
        if (index > 0) {
          // Where fixes are missing: how it went is anybody's guess.
          const before = parts[index - 1][parts[index - 1].length - 1];
          line([before, part[0]].map(([lat, lon]) => [lat, lon]), { color: colour("soft"), weight: 2, dashArray: "2 7" });
        }
        // Runs of one shade, the lines of a shade as one path.
        let run = [part[0]], shade = bucket(part[Math.min(1, part.length - 1)][2]);
        const flush = () => {
          const drawn = shade < 0 ? colour("soft") : ramp[shade];
          line(run.map(([lat, lon]) => [lat, lon]), { color: drawn, weight: 4.5 });
        };
        for (const point of part.slice(1)) {
          const next = bucket(point[2]);
          if (next !== shade && run.length > 1) {
            flush();
            run = [run[run.length - 1]];
          }
          shade = next;
          run.push(point);
        }
        flush();
      });
    }
  };

  // -- Zones ------------------------------------------------------------------------------------------------------------------------

  const bands = [];
  const names = [];
  const metresPerPixel = (lat, zoom) => 40075016.686 * Math.cos((lat * Math.PI) / 180) / 2 ** (zoom + 8);
  const drawZones = () => {
    layers.zone.clearLayers();
    layers.corridor.clearLayers();
    bands.length = names.length = 0;
    for (const zone of data.zones) {
      const isCorridor = zone.kind === "corridor";
      const tint = colour(zone.run === "b" ? "other" : isCorridor ? "corridor" : "zone");
      const shapes = zone.shapes.map((rings) => rings.map((ring) => {
        const lat = undelta(ring.lat, 1e6), lon = undelta(ring.lon, 1e6);
        return lat.map((value, index) => [value, lon[index]]);
      }));
      let shape;
      if (isCorridor) {
        // A stroke as wide as the corridor: round ends and joins come with it. The band is one path, so that it doesn't darken where
        // lines meet.
        const lines = shapes.flat();
        shape = L.polyline(lines, { renderer: renderers.zones, color: tint, opacity: 0.26, lineCap: "round", lineJoin: "round", smoothFactor: 0 });
        bands.push({ shape, width: zone.width, lat: shape.getBounds().getCenter().lat });
        L.polyline(lines, { renderer: renderers.zones, color: tint, weight: 1.2, opacity: 0.8, dashArray: "5 5", interactive: false })
          .addTo(layers.corridor);
      } else {
        shape = L.polygon(shapes, { renderer: renderers.zones, color: tint, weight: 1.8, fillColor: tint, fillOpacity: 0.13, smoothFactor: 0.5 });
      }
      shape.addTo(isCorridor ? layers.corridor : layers.zone);
      shape.bindPopup(() => zonePopup(zone));
      names.push({ box: shape.getBounds(), text: zone.name || zone.id, group: isCorridor ? layers.corridor : layers.zone, isCorridor });
    }
    scaleBands();
    showNames();
  };
  const scaleBands = () => {
    for (const band of bands) band.shape.setStyle({ weight: Math.max(3, band.width / metresPerPixel(band.lat, map.getZoom())) });
  };
  // Names where their zones are large enough to carry them; for all there would be no map left.
  const showNames = () => {
    const view = map.getBounds().pad(0.2);
    let room = 60;
    for (const name of names) {
      const a = map.latLngToLayerPoint(name.box.getNorthWest()), b = map.latLngToLayerPoint(name.box.getSouthEast());
      const fits = room > 0 && Math.max(b.x - a.x, b.y - a.y) > 24 && view.intersects(name.box);
      if (fits) room -= 1;
      if (!name.label) {
        name.label = L.tooltip({
          permanent: true, direction: name.isCorridor ? "center" : "top", offset: [0, 2], interactive: false,
          className: "name" + (name.isCorridor ? " corridor" : ""),
        });
        name.label.setContent(make("span", "", name.text));
        name.label.setLatLng(name.isCorridor ? name.box.getCenter() : [name.box.getNorth(), name.box.getCenter().lng]);
      }
      if (fits) name.group.addLayer(name.label); else name.group.removeLayer(name.label);
    }
  };

  const popup = (title, subtitle, rows) => {
    const box = make("div", "pop");
    box.append(make("h3", "", title));
    if (subtitle) box.append(make("p", "", subtitle));
    const table = make("table");
    for (const [key, value] of rows) {
      if (value === undefined || value === "") continue;
      const row = make("tr");
      row.append(make("th", "", key), make("td", "", value));
      table.append(row);
    }
    box.append(table);
    return box;
  };
  const zonePopup = (zone) => popup(zone.name || zone.id, "Zone, " + zone.kind, [
    ["id", zone.name ? zone.id : undefined], ["radius", zone.radius && `${zone.radius} m`], ["width", zone.width && `${zone.width} m`],
    ["tags", zone.tags.join(", ")], ["rules", runName(zone.run)],
  ]);
  const runName = (run) => (run === "a" ? `only in ${data.runs[0]}` : run === "b" ? `only in ${data.runs[1]}` : undefined);

  // -- What was sent ----------------------------------------------------------------------------------------------------------------

  const sentLayers = data.sent.map((run, index) => ({
    group: index === 0 ? layers.sent : layers.other, tint: index === 0 ? "sent" : "other",
    lines: run.map((line) => ({ lat: undelta(line.lat, 1e6), lon: undelta(line.lon, 1e6) })),
    dots: L.layerGroup(),
  }));
  const drawSent = () => {
    for (const run of sentLayers) {
      run.group.clearLayers();
      run.group.addLayer(run.dots);
      for (const line of run.lines) {
        L.polyline(line.lat.map((lat, index) => [lat, line.lon[index]]), {
          // Below the track, so that it shows where the two differ.
          renderer: renderers.line, interactive: false, color: colour(run.tint), weight: 1.5, dashArray: "4 3", smoothFactor: 0.5,
        }).addTo(run.group);
      }
    }
    drawDots();
  };
  // Dots in view only, and where there are few enough to tell apart.
  const drawDots = () => {
    const view = map.getBounds().pad(0.1);
    for (const run of sentLayers) {
      run.dots.clearLayers();
      const seen = [];
      for (const line of run.lines) {
        for (let index = 0; index < line.lat.length && seen.length <= 1500; index++) {
          if (view.contains([line.lat[index], line.lon[index]])) seen.push([line.lat[index], line.lon[index]]);
        }
      }
      if (seen.length > 1500) continue;
      for (const point of seen) {
        L.circleMarker(point, {
          renderer: renderers.sent, interactive: false, radius: 2.6, weight: 1.3, color: colour(run.tint), fillColor: colour("casing"), fillOpacity: 1,
        }).addTo(run.dots);
      }
    }
  };

  // -- Events -----------------------------------------------------------------------------------------------------------------------

  const glyphs = {
    entry: "M2 6h7M6 3l3 3-3 3", exit: "M10 6H3M6 3L3 6l3 3", info: "M6 5.5V9M6 3v.1", warning: "M6 2.5v4M6 9.2v.1", critical: "M6 2.5v4M6 9.2v.1",
    cleared: "M2.5 6.2L5 8.7l4.5-5",
  };
  const look = (event) => (event.kind === "raised" ? event.severity : event.kind);
  const pin = (event) => {
    const badge = make("span", `pin ${look(event)}${event.run ? " " + event.run : ""}`);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 12 12");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", glyphs[look(event)]);
    svg.append(path);
    badge.append(svg);
    return badge;
  };
  const verb = { entry: "Entered", exit: "Left", raised: "Raised", cleared: "Cleared" };
  const title = (event) => (event.zone === undefined ? event.type : `${verb[event.kind]} ${event.zoneName || event.zone}`);
  const when = (event, withDate) => clock(drives[event.drive], event.t / 1000, withDate);
  const moved = (event) => event.moved && `${event.moved > 0 ? "later" : "earlier"} by ${span(Math.abs(event.moved))} in ${data.runs[1]}`;
  const eventPopup = (event) => popup(title(event), when(event, true) + (isDated(drives[event.drive]) ? " UTC" : ""), [
    ["rule", event.rule], ["state", event.zone === undefined ? verb[event.kind].toLowerCase() : undefined], ["severity", event.severity],
    ["zone", event.zoneName ? event.zone : undefined], ["gap", event.gap ? "crossed while fixes were missing" : undefined],
    ...event.data, ["compared", runName(event.run) || moved(event)],
    ["place", event.lat === undefined ? undefined : place(event.lat, event.lon)], ["id", event.id],
  ]);

  const drawEvents = () => {
    const list = byId("events");
    data.events.forEach((event) => {
      const item = make("li");
      const button = make("button");
      button.type = "button";
      button.append(pin(event), make("b", "", title(event)), make("time", "", when(event, false)));
      const what = event.zone === undefined ? [verb[event.kind].toLowerCase(), event.rule === event.type ? event.severity : event.rule] : [event.rule];
      const note = [...what, runName(event.run) || moved(event)].filter(Boolean).join(" · ");
      button.append(make("small", "", note));
      item.append(button);
      list.append(item);
      if (event.lat !== undefined) {
        event.marker = L.marker([event.lat, event.lon], {
          icon: L.divIcon({ className: "", html: pin(event), iconSize: [24, 24] }), title: title(event), riseOnHover: true,
        }).bindPopup(() => eventPopup(event), { offset: [0, -6], maxWidth: 320 }).addTo(layers.events);
      }
      button.addEventListener("click", () => {
        seek(drives[event.drive].from + event.t / 1000);
        if (!event.marker) return;
        if (!map.hasLayer(layers.events)) byId("layer-events").click();
        map.setView(event.marker.getLatLng(), Math.max(map.getZoom(), 15), { animate: true });
        event.marker.openPopup();
      });
    });
    if (data.events.length === 0) list.append(make("li", "none", "No rule raised anything."));
    byId("eventcount").textContent = data.eventCount > 0 ? number(data.eventCount) : "";
  };

  // -- Graticule --------------------------------------------------------------------------------------------------------------------

  const steps = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
  const labels = make("div");
  byId("map").append(labels);
  const drawGrid = () => {
    layers.graticule.clearLayers();
    labels.replaceChildren();
    if (!map.hasLayer(layers.graticule)) return;
    const view = map.getBounds(), wide = view.pad(0.5), size = map.getSize();
    const pick = (extent, pixels, room) => steps.findLast((value) => (value / extent) * pixels >= room) || steps[0];
    const style = { renderer: renderers.grid, interactive: false, color: colour("grid"), weight: 1, opacity: 0.8, smoothFactor: 0 };
    const each = (from, to, gap, body) => {
      for (let index = Math.ceil(from / gap); index * gap <= to; index++) body(index * gap, Math.max(0, Math.ceil(-Math.log10(gap) - 1e-9)));
    };
    const label = (text, className, x, y) => {
      const mark = make("span", "degree " + className, text);
      mark.style.left = x;
      mark.style.top = y;
      labels.append(mark);
    };
    each(Math.max(-85, wide.getSouth()), Math.min(85, wide.getNorth()), pick(view.getNorth() - view.getSouth(), size.y, 80), (lat, digits) => {
      L.polyline([[lat, wide.getWest()], [lat, wide.getEast()]], style).addTo(layers.graticule);
      const y = map.latLngToContainerPoint([lat, view.getWest()]).y;
      if (y > 30 && y < size.y) label(`${Math.abs(lat).toFixed(digits)}° ${lat < 0 ? "S" : "N"}`, "north", "", y + "px");
    });
    each(wide.getWest(), wide.getEast(), pick(view.getEast() - view.getWest(), size.x, 120), (lon, digits) => {
      L.polyline([[Math.max(-85, wide.getSouth()), lon], [Math.min(85, wide.getNorth()), lon]], style).addTo(layers.graticule);
      const x = map.latLngToContainerPoint([view.getNorth(), lon]).x;
      const shown = ((((lon + 180) % 360) + 360) % 360) - 180;
      if (x > 70 && x < size.x - 90) label(`${Math.abs(shown).toFixed(digits)}° ${shown < 0 ? "W" : "E"}`, "east", x + "px", "");
    });
  };

  // -- Time -------------------------------------------------------------------------------------------------------------------------

  const slider = byId("slider");
  slider.max = Math.max(1, Math.ceil(length));
  const here = L.marker([0, 0], { icon: L.divIcon({ className: "here", iconSize: [18, 18] }), interactive: false, zIndexOffset: 1000 });
  const at = (time) => {
    const drive = [...drives].reverse().find((one) => one.from <= time) || drives[0];
    const seconds = Math.min(time - drive.from, drive.t[drive.t.length - 1]);
    let low = 0, high = drive.t.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (drive.t[middle] <= seconds) low = middle; else high = middle;
    }
    // Over a gap in the fixes it stands where it was last seen.
    const share = drive.breaks.has(high) || drive.t[high] <= drive.t[low] ? 0 : (seconds - drive.t[low]) / (drive.t[high] - drive.t[low]);
    const between = (list) => list[low] + Math.max(0, Math.min(1, share)) * (list[high] - list[low]);
    return { drive, seconds, lat: between(drive.lat), lon: between(drive.lon), v: drive.v[share > 0 ? high : low] };
  };
  const show = (time) => {
    const now = at(time);
    here.setLatLng([now.lat, now.lon]);
    if (!map.hasLayer(here)) here.addTo(map);
    byId("now").textContent = clock(now.drive, now.seconds, true) + (isDated(now.drive) ? " UTC" : "") +
      (now.v >= 0 ? `, ${Math.round(now.v / 10)} km/h` : "");
  };
  const seek = (time) => {
    slider.value = time;
    show(time);
  };
  slider.addEventListener("input", () => show(Number(slider.value)));
  const play = byId("play");
  let playing = 0;
  const stop = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    play.classList.remove("on");
    play.setAttribute("aria-label", "Play");
  };
  play.addEventListener("click", () => {
    if (playing) return stop();
    play.classList.add("on");
    play.setAttribute("aria-label", "Pause");
    let time = Number(slider.value) >= length ? 0 : Number(slider.value), last;
    // The whole in a minute, whatever its length.
    const frame = (stamp) => {
      time += last === undefined ? 0 : ((stamp - last) / 60000) * length;
      last = stamp;
      seek(Math.min(time, length));
      const now = here.getLatLng();
      if (!map.getBounds().pad(-0.08).contains(now)) map.panTo(now, { animate: false });
      if (time >= length) return stop();
      playing = requestAnimationFrame(frame);
    };
    playing = requestAnimationFrame(frame);
  });
  const tints = { entry: "entry", exit: "exit", cleared: "soft", info: "info", warning: "warning", critical: "critical" };
  const drawTicks = () => {
    byId("ticks").replaceChildren(...data.events.map((event) => {
      const tick = make("i");
      tick.style.left = `${(100 * (drives[event.drive].from + event.t / 1000)) / Math.max(1, length)}%`;
      tick.style.background = colour(tints[look(event)]);
      return tick;
    }));
  };

  // -- Side panel -------------------------------------------------------------------------------------------------------------------

  byId("title").textContent = data.title;
  const first = drives[0];
  byId("when").textContent = drives.length > 1 ? `${drives.length} drives, ${span(length)} in all`
    : (isDated(first) ? `${clock(first, 0, true)} UTC, ` : "") + span(length);
  for (const [label, value] of data.figures) {
    const cell = make("div");
    cell.append(make("dt", "", label), make("dd", "", value));
    byId("figures").append(cell);
  }
  for (const note of data.notes) byId("notes").append(make("p", "", note));
  byId("notes").hidden = data.notes.length === 0;
  const count = (kind) => data.zones.filter((zone) => (zone.kind === "corridor") === (kind === "corridor")).length;
  const sentCount = (index) => (data.sentCount[index] === undefined ? 0 : data.sentCount[index]);
  for (const [key, text, amount, isThere] of [
    ["track", "Track", drives.reduce((sum, drive) => sum + drive.fixes, 0), true],
    ["sent", data.runs.length > 1 ? `Sent by ${data.runs[0]}` : "Positions sent", sentCount(0), true],
    ["other", `Sent by ${data.runs[1]}`, sentCount(1), data.runs.length > 1],
    ["zone", "Zones", count("zone"), count("zone") > 0],
    ["corridor", "Corridors", count("corridor"), count("corridor") > 0],
    ["events", "Events", data.eventCount, true],
    ["graticule", "Graticule", undefined, true],
  ]) {
    if (!isThere) continue;
    const row = make("label");
    const box = make("input");
    box.type = "checkbox";
    box.id = "layer-" + key;
    box.checked = true;
    const sample = make("span", "key " + key);
    sample.append(make("i"));
    row.append(box, sample, make("span", "", text));
    if (amount !== undefined) row.append(make("span", "count", number(amount)));
    byId("layers").append(row);
    layers[key].addTo(map);
    box.addEventListener("change", () => {
      if (box.checked) layers[key].addTo(map); else map.removeLayer(layers[key]);
      if (key === "graticule") drawGrid();
    });
  }

  // -- Begin ------------------------------------------------------------------------------------------------------------------------

  const whole = L.latLngBounds(drives.flatMap((drive) => drive.lat.map((lat, index) => [lat, drive.lon[index]])));
  map.fitBounds(whole, { padding: [36, 36], maxZoom: 17, animate: false });
  drawZones();
  drawTrack();
  drawSent();
  drawEvents();
  drawTicks();
  drawGrid();
  show(0);
  map.on("zoomend", scaleBands);
  map.on("moveend resize", () => {
    showNames();
    drawDots();
    drawGrid();
  });
  map.on("zoomstart", () => labels.replaceChildren());
  map.on("move", () => { if (labels.childElementCount > 0 && map.hasLayer(layers.graticule)) drawGrid(); });
  dark.addEventListener("change", () => {
    drawZones();
    drawTrack();
    drawSent();
    drawTicks();
    drawGrid();
  });
  document.documentElement.dataset.ready = "true";
})();
