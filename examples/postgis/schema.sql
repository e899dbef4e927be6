-- Where Waypost's records go in PostgreSQL with PostGIS: createdb fleet && psql -d fleet -f schema.sql. May be run again.
CREATE EXTENSION IF NOT EXISTS postgis;

-- A record's name for ever is (gateway, journal, seq); it is the key of every table, so that what comes twice is there once. `utc` is null where
-- the box didn't know the time; `boot` and `uptime` (seconds) say when it was then, once its `times` row is there.
CREATE TABLE IF NOT EXISTS positions (
    gateway text, journal text, seq bigint, utc timestamptz, boot text, uptime double precision, late boolean NOT NULL,
    device text NOT NULL, place geography(Point) NOT NULL, altitude real, speed real, heading real, accuracy real,
    PRIMARY KEY (gateway, journal, seq));
CREATE INDEX IF NOT EXISTS positions_place ON positions USING gist (place);
CREATE INDEX IF NOT EXISTS positions_utc ON positions (gateway, utc);

CREATE TABLE IF NOT EXISTS readings (
    gateway text, journal text, seq bigint, utc timestamptz, boot text, uptime double precision, late boolean NOT NULL,
    device text NOT NULL, metric text NOT NULL, value jsonb, unit text, quality text NOT NULL,
    PRIMARY KEY (gateway, journal, seq));
CREATE INDEX IF NOT EXISTS readings_utc ON readings (gateway, device, metric, utc);

CREATE TABLE IF NOT EXISTS crossings (
    gateway text, journal text, seq bigint, utc timestamptz, boot text, uptime double precision, late boolean NOT NULL,
    id text NOT NULL, zone text NOT NULL, zone_name text, entry boolean NOT NULL, place geography(Point) NOT NULL, rule text,
    PRIMARY KEY (gateway, journal, seq));

CREATE TABLE IF NOT EXISTS events (
    gateway text, journal text, seq bigint, utc timestamptz, boot text, uptime double precision, late boolean NOT NULL,
    id text NOT NULL, type text NOT NULL, severity text NOT NULL, state text NOT NULL, rule text, data jsonb,
    PRIMARY KEY (gateway, journal, seq));

-- Records that will never come: `count` of those numbered `first` to `last`, and why.
CREATE TABLE IF NOT EXISTS gaps (
    gateway text, journal text, seq bigint, utc timestamptz,
    first bigint NOT NULL, last bigint NOT NULL, count bigint NOT NULL, reason text NOT NULL,
    PRIMARY KEY (gateway, journal, seq));

-- When the boots began of which records came without a time.
CREATE TABLE IF NOT EXISTS times (
    gateway text, journal text, seq bigint, boot text NOT NULL, began timestamptz NOT NULL,
    PRIMARY KEY (gateway, journal, seq));
CREATE INDEX IF NOT EXISTS times_boot ON times (gateway, boot);

-- Everything else, as it came: devices lost and found, and what later versions will send.
CREATE TABLE IF NOT EXISTS others (
    gateway text, journal text, seq bigint, utc timestamptz, record jsonb NOT NULL,
    PRIMARY KEY (gateway, journal, seq));

-- How each gateway is, and up to where everything is settled.
CREATE TABLE IF NOT EXISTS gateways (
    gateway text PRIMARY KEY, online boolean, said timestamptz, status jsonb, low bigint NOT NULL DEFAULT 0);

-- What is no message of a gateway's, to be looked at; the receiver doesn't die of it.
CREATE TABLE IF NOT EXISTS refused (at timestamptz DEFAULT now(), topic text, payload bytea, error text);

-- Where somebody wants to know who was there.
CREATE TABLE IF NOT EXISTS zones (zone text PRIMARY KEY, area geography NOT NULL);

-- Stores a message, a batch or a record alone; records that are there already are passed over. A batch takes its gateway's own row first, so that
-- receivers side by side with the same records wait for each other, and never in a circle.
CREATE OR REPLACE FUNCTION take(message jsonb) RETURNS void LANGUAGE sql AS $$
    WITH records AS MATERIALIZED (
        SELECT coalesce(r ->> 'gateway', message ->> 'gateway') AS gateway, coalesce(r ->> 'journal', message ->> 'journal') AS journal,
            (r ->> 'seq')::bigint AS seq, r ->> 'type' AS type, (r ->> 'timestamp')::timestamptz AS utc, r ->> 'boot' AS boot,
            (r ->> 'uptime')::double precision AS uptime, coalesce((r ->> 'late')::boolean, false) AS late, r, r -> 'event' AS event,
            ST_Point((l ->> 'longitude')::double precision, (l ->> 'latitude')::double precision, 4326)::geography AS place
        FROM jsonb_array_elements(CASE WHEN message ->> 'type' = 'batch' THEN message -> 'messages' ELSE jsonb_build_array(message) END) AS r,
            LATERAL (SELECT coalesce(r -> 'location', r -> 'event' -> 'location') AS l) AS at
        ORDER BY 1, 2, 3),
    positions AS (
        INSERT INTO positions SELECT gateway, journal, seq, utc, boot, uptime, late, r ->> 'device', place, (r ->> 'altitude')::real,
            (r ->> 'speed')::real, (r ->> 'heading')::real, (r ->> 'accuracy')::real
        FROM records WHERE type = 'position' ON CONFLICT DO NOTHING),
    readings AS (
        INSERT INTO readings SELECT gateway, journal, seq, utc, boot, uptime, late, r ->> 'device', r ->> 'metric', r -> 'value', r ->> 'unit',
            r ->> 'quality'
        FROM records WHERE type = 'reading' ON CONFLICT DO NOTHING),
    crossings AS (
        INSERT INTO crossings SELECT gateway, journal, seq, utc, boot, uptime, late, event ->> 'id', event ->> 'geofence_id',
            event ->> 'geofence_name', event ->> 'event_type' = 'entry', place, event ->> 'rule'
        FROM records WHERE type = 'geofence_event' ON CONFLICT DO NOTHING),
    events AS (
        INSERT INTO events SELECT gateway, journal, seq, utc, boot, uptime, late, event ->> 'id', event ->> 'type', event ->> 'severity',
            event ->> 'state', event ->> 'rule', event -> 'data'
        FROM records WHERE type = 'event' ON CONFLICT DO NOTHING),
    gaps AS (
        INSERT INTO gaps SELECT gateway, journal, seq, utc, (r ->> 'first')::bigint, (r ->> 'last')::bigint, (r ->> 'count')::bigint, r ->> 'reason'
        FROM records WHERE type = 'gap' ON CONFLICT DO NOTHING),
    times AS (
        INSERT INTO times SELECT gateway, journal, seq, boot, to_timestamp((r ->> 'offset')::double precision)
        FROM records WHERE type = 'time' ON CONFLICT DO NOTHING),
    others AS (
        INSERT INTO others SELECT gateway, journal, seq, utc, r
        FROM records WHERE type NOT IN ('position', 'reading', 'geofence_event', 'event', 'gap', 'time') ON CONFLICT DO NOTHING)
    INSERT INTO gateways (gateway, low)
    SELECT message ->> 'gateway', min(value::bigint) FROM jsonb_each_text(message -> 'low') HAVING count(*) > 0
    ON CONFLICT (gateway) DO UPDATE SET low = greatest(gateways.low, excluded.low)
$$;

-- How a gateway is: `online` comes from the broker itself where the gateway has fallen silent.
CREATE OR REPLACE FUNCTION take_status(name text, state jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO gateways (gateway, online, said, status) VALUES (name, (state ->> 'online')::boolean, now(), state)
    ON CONFLICT (gateway) DO UPDATE SET online = excluded.online, said = excluded.said,
        status = CASE WHEN excluded.status ? 'version' THEN excluded.status ELSE gateways.status END
$$;

-- Positions with their time, those included that came without one. A join and no update: the `times` row may come first, or by another receiver.
CREATE OR REPLACE VIEW track AS
    SELECT p.gateway, coalesce(p.utc, b.began + p.uptime * interval '1 second') AS at, p.place, p.speed, p.heading, p.accuracy, p.seq
    FROM positions p LEFT JOIN (
        SELECT DISTINCT ON (gateway, boot) gateway, boot, began FROM times ORDER BY gateway, boot, seq) b USING (gateway, boot);

-- Every name that is known, and the kind of thing it is of.
CREATE OR REPLACE VIEW names AS
    SELECT gateway, journal, seq, 'position' AS type FROM positions
    UNION ALL SELECT gateway, journal, seq, 'reading' FROM readings
    UNION ALL SELECT gateway, journal, seq, 'geofence_event' FROM crossings
    UNION ALL SELECT gateway, journal, seq, 'event' FROM events
    UNION ALL SELECT gateway, journal, seq, 'gap' FROM gaps
    UNION ALL SELECT gateway, journal, seq, 'time' FROM times
    UNION ALL SELECT gateway, journal, seq, record ->> 'type' FROM others;

-- Numbers that are settled and that nobody has. Empty but for what another receiver is just storing, where an uplink sends all kinds; counted from
-- the first that ever came.
CREATE OR REPLACE VIEW missing AS
    SELECT g.gateway, n AS seq FROM gateways g,
        LATERAL generate_series((SELECT min(seq) FROM names WHERE names.gateway = g.gateway), g.low) AS n
    WHERE NOT EXISTS (SELECT 1 FROM names WHERE names.gateway = g.gateway AND names.seq = n)
        AND NOT EXISTS (SELECT 1 FROM gaps WHERE gaps.gateway = g.gateway AND n BETWEEN gaps.first AND gaps.last);
