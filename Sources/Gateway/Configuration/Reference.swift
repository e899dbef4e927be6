import Config
import Rules

/// The reference of every key, signal and function, in Markdown; `docs/reference.md` is this.
public enum Reference {
  /// A whole page, with a line's end.
  public static var markdown: String {
    var text = """
      # Reference

      Every key, signal and function that this version knows. Made by `waypost reference`; a test compares.
      [configuration.md](configuration.md) and [rules.md](rules.md) say what they are for, with examples.

      A time is written `10 s`, `5 min` or `1 min 30 s`; the units are ms, s, min, h and d. A length has m, km, ft, mi or nmi; a speed
      m/s, km/h, mph or kn; a size B, KB, MB, GB, KiB, MiB or GiB; an angle deg. Names of devices, metrics, rules and variables are of
      `a-z`, `0-9` and `_`, up to 64 characters, and don't begin with a digit; names of gateways, labels, tags, uplinks, profiles and hooks may
      also have `A-Z`, `.` and `-`, and don't begin with a dot.

      """
    for (kind, title) in [
      (FileKind.config, "waypost.yaml"), (.devices, "devices.d/*.yaml"),
      (.profiles, "profiles.d/*.yaml"), (.rules, "rules.d/*.yaml"),
    ] {
      text += "\n## \(title)\n\n" + SchemaReference.markdown(kind.schema)
    }
    return text + "\n# Expressions\n\n" + ExpressionReference.markdown
  }
}
