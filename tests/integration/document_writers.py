"""Writes documents at random: YAML in all its forms, JSON with the position of each value."""

WORDS = ["a", "Name", "x1", "AWS::StackName", "t2.micro", "0.0.0.0/0", "yes", "~", "042", "-1.50",
         "2010-09-09", "a-b", "über", "日本", "\U0001f600 x", "two words", "it's", 'say "x"', "50%",
         "a:b", "#no", "http://x/y", "\\d{1,3}", "arn:aws:s3:::x/*", "x #y", "[", "{a}", "@N", "é"]
PLAIN = [word for word in WORDS if word not in ("#no", "x #y", "[", "{a}", "@N")]
TAGS = ["!Ref", "!Sub", "!GetAtt", "!!str", "!"]
ESCAPES = ["\\n", "\\t", "\\\"", "\\\\", "\\/", "\\x41", "\\u00e4", "\\U0001f600", "\\_", "\\e"]


class Yaml:
    """One document. Names are numbered, so that no map has one twice."""

    def __init__(self, chance):
        self.chance = chance
        self.names = 0

    def document(self):
        head = self.chance.choice(["", "", "", "---\n", "# x\n", "%YAML 1.1\n---\n", "--- # x\n",
                                   "\n\n", "\ufeff"])
        tail = self.chance.choice(["", "", "...\n", "# end\n", "\n\n", "  # x"])
        text = head + self.block(0, 0) + tail
        if self.chance.random() < 0.1:
            text = text.replace("\n", "\r\n")
        return text

    def block(self, indent, depth):
        """Whole lines: a map or a list at this indentation."""
        many = self.chance.randint(1, 4)
        if self.chance.random() < 0.3:
            return "".join(self.item(indent, depth) for _ in range(many))
        return "".join(self.member(indent, depth) for _ in range(many))

    def noise(self, indent):
        return self.chance.choice(["", "", "", "", "\n", " " * indent + "# x: y\n", "# z\n"])

    def item(self, indent, depth):
        return self.noise(indent) + " " * indent + "-" + self.value(indent, depth)

    def member(self, indent, depth):
        name = self.name()
        if self.chance.random() < 0.05:
            return f"{' ' * indent}? {name}\n{' ' * indent}:{self.value(indent, depth)}"
        colon = self.chance.choice([":", ":", ":", " :"])
        return self.noise(indent) + " " * indent + name + colon + self.value(indent, depth)

    def name(self):
        self.names += 1
        name = f"{self.chance.choice(['A', 'b-c', 'Fn::X', 'ü', 'two words'])}{self.names}"
        return self.chance.choice([name, name, name, f'"{name}"', f"'{name}'", f"!!str {name}"])

    def value(self, indent, depth):
        """What stands behind "-" or ":", to the end of its last line."""
        kind = self.chance.random()
        tag = f" {self.chance.choice(TAGS)}" if self.chance.random() < 0.15 else ""
        if depth < 5 and kind < 0.3:
            deeper = indent + self.chance.randint(1, 4)
            return f"{tag}{self.chance.choice(['', ' ', ' # x'])}\n{self.block(deeper, depth + 1)}"
        if depth < 5 and kind < 0.35 and not tag:
            inner = self.block(indent + 2, depth + 1)
            if not inner.lstrip("\n").startswith(" " * (indent + 2) + "#") and inner[0] == " ":
                return "\n" + inner
        if kind < 0.45:
            return f"{tag} {self.literal(indent)}"
        if kind < 0.6:
            return f"{tag} {self.flow(indent + 1, depth)}{self.end()}"
        if kind < 0.65:
            return f"{tag}{self.end()}"
        return f"{tag} {self.scalar(indent + 1)}{self.end()}"

    def end(self):
        return self.chance.choice(["\n", "\n", "\n", " \n", " # x\n"])

    def literal(self, indent):
        inner = indent + self.chance.randint(1, 3)
        mark = self.chance.choice("|>") + self.chance.choice(["", "-", "+"])
        lines = [self.chance.choice(WORDS) for _ in range(self.chance.randint(1, 4))]
        if self.chance.random() < 0.2:
            mark += str(inner - indent)
            lines[0] = " " + lines[0]
        if self.chance.random() < 0.3:
            lines.insert(self.chance.randint(1, len(lines)), "")
        text = "".join((" " * inner + line if line else "") + "\n" for line in lines)
        return mark + self.chance.choice(["\n", " # x\n"]) + text

    def scalar(self, indent, flow=False):
        kind = self.chance.random()
        words = [self.chance.choice(WORDS) for _ in range(self.chance.randint(0, 3))]
        gap = self.chance.choice([" ", " ", " ", "  ", "\n" + " " * indent, "\n\n" + " " * indent])
        if kind < 0.25:
            return "'" + gap.join(words).replace("'", "''") + "'"
        if kind < 0.5:
            words = [word.replace("\\", "\\\\").replace('"', '\\"') for word in words]
            words += self.chance.choices(ESCAPES, k=self.chance.randint(0, 2))
            return '"' + gap.join(words) + '"'
        if flow:
            return self.chance.choice(["a", "042", "yes", "ü", "two words", "a-b", "~"])
        return gap.join(self.chance.choice(PLAIN) for _ in range(self.chance.randint(1, 2)))

    def flow(self, indent, depth):
        many = self.chance.randint(0, 3)
        gap = self.chance.choice(["", " ", "\n" + " " * indent])
        comma = gap + "," + self.chance.choice([" ", "\n" + " " * indent])
        if self.chance.random() < 0.5:
            items = [self.flow_value(indent, depth) for _ in range(many)]
            return "[" + gap + comma.join(items) + gap + "]"
        members = [f"{self.name()}: {self.flow_value(indent, depth)}" for _ in range(many)]
        return "{" + gap + comma.join(members) + gap + "}"

    def flow_value(self, indent, depth):
        if depth < 5 and self.chance.random() < 0.2:
            return self.flow(indent, depth + 1)
        tag = f"{self.chance.choice(TAGS)} " if self.chance.random() < 0.1 else ""
        return tag + self.scalar(indent, flow=True)


class Json:
    """One document, and `places` of its values and names, in the order of the text."""

    NUMBERS = ["0", "-0", "42", "-1.50", "1e3", "1E+400", "12345678901234567890123", "0.10",
               "true", "false", "null"]
    PARTS = [*"aZ 0{}[]:,'#/", "\\n", "\\t", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\u0041",
             "\\u00E4", "\\ud83d\\ude00", "ä", "日", "\U0001f600", "\x7f", "\u2028"]

    def __init__(self, chance):
        self.chance = chance
        self.text = ""
        self.line, self.column = 1, 1
        self.names = 0
        self.places = []

    def document(self):
        self.space()
        self.value(0)
        self.space()
        return self.text

    def put(self, text):
        self.text += text
        for line in text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True) \
                if "\u2028" not in text else [text]:
            if line.endswith("\n"):
                self.line, self.column = self.line + 1, 1
            else:
                self.column += len(line)

    def space(self):
        self.put(self.chance.choice(["", "", " ", "\n", "\t", "\r\n", "\n\n  ", " \t "]))

    def mark(self):
        self.places.append([self.line, self.column])

    def value(self, depth):
        kind = self.chance.random()
        self.mark()
        if depth < 6 and kind < 0.25:
            self.group("[]", lambda: self.value(depth + 1))
        elif depth < 6 and (kind < 0.6 or depth == 0):
            self.group("{}", lambda: self.member(depth + 1))
        elif kind < 0.75:
            self.put(self.chance.choice(self.NUMBERS))
        else:
            self.string("")

    def group(self, brackets, write):
        self.put(brackets[0])
        self.space()
        for i in range(self.chance.randint(0, 4)):
            if i:
                self.put(",")
                self.space()
            write()
            self.space()
        self.put(brackets[1])

    def member(self, depth):
        self.names += 1
        self.mark()
        self.string(str(self.names))
        self.space()
        self.put(":")
        self.space()
        self.value(depth)

    def string(self, end):
        parts = self.chance.choices(self.PARTS, k=self.chance.randint(0, 6))
        self.put('"' + "".join(parts) + end + '"')


SPECIAL = ["\t", " ", "\n", ":", "-", "#", "'", '"', "[", "]", "{", "}", ",", "&a ", "*a", "!", "|",
           ">", "%", "@", "\\", "?", "<<", "---\n", "...\n", "0", "\\u0000", "\u2028", "\x85", "é"]


def damaged(text, chance):
    """The text with one to three small faults, most of which break it."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(text))
        kind = chance.randint(0, 4)
        if kind == 0:
            text = text[:at] + text[at + 1:]
        elif kind == 1:
            text = text[:at] + chance.choice(SPECIAL) + text[at:]
        elif kind == 2:
            text = text[:at] + chance.choice(SPECIAL) + text[at + 1:]
        elif kind == 3:
            lines = text.splitlines(keepends=True)
            lines.insert(chance.randint(0, len(lines)), chance.choice(lines or [""]))
            text = "".join(lines)
        else:
            text = text[:at]
    return text
