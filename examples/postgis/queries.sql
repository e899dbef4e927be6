-- Questions that one asks of a fleet; each answers by itself.

-- How far did each drive, day by day, in kilometres?
SELECT gateway, at::date AS day, round((ST_Length(ST_MakeLine(place::geometry ORDER BY at, seq)::geography) / 1000)::numeric, 2) AS km
FROM track WHERE at IS NOT NULL GROUP BY gateway, day ORDER BY gateway, day;

-- How many positions lie in each zone, and from when to when?
SELECT zone, gateway, count(*), min(at), max(at) FROM zones JOIN track ON ST_Covers(area, place) GROUP BY zone, gateway ORDER BY zone, gateway;

-- Where is everybody, and is anybody silent?
SELECT DISTINCT ON (gateway) gateway, online, at, ST_AsText(place::geometry, 5) AS place, speed FROM gateways LEFT JOIN track USING (gateway)
ORDER BY gateway, at DESC NULLS LAST;

-- Visits: from entering a zone to leaving it.
SELECT gateway, zone, utc AS entered, next AS left, next - utc AS stayed FROM (
    SELECT *, lead(utc) OVER visits AS next, lead(entry) OVER visits AS reentry FROM crossings WINDOW visits AS (PARTITION BY gateway, zone ORDER BY utc, seq)) c
WHERE entry AND NOT coalesce(reentry, false) ORDER BY utc;

-- What is up at the moment: raised, and not cleared since.
SELECT gateway, type, severity, utc, data FROM events e WHERE state = 'raised'
    AND NOT EXISTS (SELECT 1 FROM events c WHERE c.gateway = e.gateway AND c.id = e.id AND c.state = 'cleared') ORDER BY utc;

-- What is missing, and what will never come.
SELECT * FROM missing;
SELECT gateway, first, last, count, reason FROM gaps ORDER BY gateway, first;
