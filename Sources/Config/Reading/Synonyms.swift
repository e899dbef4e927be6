/// What people write for a key who know another product, or another language.
enum Synonyms {
  /// The key among `candidates` that such a word means.
  static func key(meantBy word: String, in candidates: [String]) -> String? {
    let folded = word.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
    return meanings[folded]?.first { candidates.contains($0) }
  }

  /// By word, folded: the keys that it may mean, the likeliest first.
  private static let meanings: [String: [String]] = {
    let lists: [(keys: [String], words: String)] = [
      (["then"], "do action actions aktion aktionen effect effects execute alors dann"),
      (["when", "on"], "if condition conditions expression expr filter wenn bedingung si quand"),
      (["on"], "trigger triggers event events source ausloeser"),
      (["name"], "alias title label friendlyname bezeichnung nom"),
      (["url"], "broker server uri endpoint address connection"),
      (["host"], "hostname ip ipaddress"),
      (["driver"], "type kind platform protocol treiber"),
      (["every"], "interval period cycle rate pollinterval scaninterval intervall"),
      (["for"], "duration delay hold holdfor dauer duree"),
      (["until"], "unless clear clearwhen reset"),
      (["enter"], "enters entered entry arrive arrives arrival in einfahrt"),
      (["exit"], "exits exited leave leaves left departure depart out ausfahrt sortie"),
      (["dwell"], "stay stays inside"),
      (["change"], "changes changed state onchange"),
      (["start"], "startup boot started"),
      (["circle"], "centre center point position location mitte"),
      (["radius"], "size diameter distance rayon"),
      (["polygon"], "points coordinates outline area shape vertices"),
      (["tags"], "tag group groups category categories"),
      (["severity"], "level priority"),
      (["level"], "severity priority"),
      (["type"], "name kind"),
      (["message"], "text msg"),
      (["hook"], "command script program exec name"),
      (["run"], "exec execute script shell hook shellcommand"),
      (["args"], "arguments params parameters"),
      (["cooldown"], "throttle debounce mute holdoff suppress"),
      (["limit"], "ratelimit max maximum"),
      (["signals"], "signal metrics metric sensors sensor fields topics"),
      (["or_moved"], "moved distance ordistance"),
      (["or_turned"], "turned heading angle bearing course"),
      (["at_least"], "heartbeat keepalive minimum maxinterval"),
      (["deadband"], "delta threshold hysteresis tolerance"),
      (["username"], "user login account benutzer"),
      (["password"], "pass passwd pwd secret passwort"),
      (["client_id"], "client clientid"),
      (["ca"], "cafile cacert cacerts cacertificate rootca authority truststore"),
      (["certificate"], "cert certfile clientcert crt pem"),
      (["key"], "keyfile privatekey clientkey"),
      (["send"], "kinds types records"),
      (["keep"], "retention ttl expiry"),
      (["compress"], "compression gzip zip"),
      (["path"], "file filename database"),
      (["limit"], "size maxsize"),
      (["history"], "retention"),
      (["file"], "path filename source"),
      (["drive"], "route path"),
      (["expect"], "expected then result results assert"),
      (["value"], "state reading"),
      (["at"], "time t after"),
    ]
    var meanings: [String: [String]] = [:]
    for (keys, words) in lists {
      for word in words.split(separator: " ") { meanings[String(word), default: []] += keys }
    }
    return meanings
  }()
}
