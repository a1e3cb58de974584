#!/usr/bin/python3
"""The pure archive asks nothing of the world: what it leaves undefined is held against a list.

Run as `check_purity.py ARCHIVE`, or as `check_purity.py --self-test COMPILER...` to see that it
still fails on what it should.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# libc, as far as it only computes. What is not here (fopen, time, getenv, getrandom...) is a fault;
# before adding a name, make sure that it reads nothing but its arguments.
LIBC = set("""
    abort bsearch calloc explicit_bzero free labs ldiv llabs malloc qsort qsort_r realloc
    reallocarray asprintf snprintf sprintf sscanf vasprintf vsnprintf
    memchr memcmp memcpy memmem memmove mempcpy memrchr memset rawmemchr
    stpcpy stpncpy strcasecmp strcasestr strcat strchr strchrnul strcmp strcpy strcspn strdup
    strlen strncasecmp strncat strncmp strncpy strndup strnlen strpbrk strrchr strsep strspn
    strstr strtod strtok_r strtol strtoll strtoul strtoull
    ceil exp2 floor fmax fmin fmod ldexp log2 lround pow round trunc
    gmtime_r timegm
""".split())
# isalpha() and its kin are tables; a new glibc calls strtol() and sscanf() by C23 names.
LIBC_INNER = re.compile(r"__ctype_\w+_loc|__isoc(99|23)_\w+|__errno_location|__stack_chk_fail|"
                        r"__assert_fail|__\w+_chk")
LIBRARIES = re.compile(r"cJSON_\w+|yaml_(?!parser_set_input_file)\w+|XML_\w+|HMAC|HMAC_\w+|"
                       r"SHA256\w*|EVP_(?!RAND)\w+|CRYPTO_(memcmp|free)|OPENSSL_cleanse")
TOOLS = re.compile(r"__(asan|ubsan|sanitizer|sancov|gcov|start|stop)_\w+|_GLOBAL_OFFSET_TABLE_|"
                   r"__llvm_\w+|__tls_get_addr")


def allowed(name):
    return name in LIBC or any(
        pattern.fullmatch(name) for pattern in (LIBC_INNER, LIBRARIES, TOOLS))


def check(archive):
    """Gives the names that the archive must not use, each with the members that use it."""
    printed = subprocess.run(["nm", "--format=posix", archive], check=True, capture_output=True,
                             text=True).stdout
    member, defined, undefined = "", set(), {}
    for line in printed.splitlines():
        if line.endswith(":"):
            member = line.rpartition("[")[2].rstrip("]:")
        elif len(words := line.split()) >= 2:
            if words[1] in "Uvw":
                undefined.setdefault(words[0], []).append(member)
            else:
                defined.add(words[0])
    faults = [f"{name}: used in {', '.join(users)}" for name, users in sorted(undefined.items())
              if name not in defined and not allowed(name)]
    return faults, len(undefined)


SELF_TEST = [
    ("#include <stdio.h>\nvoid *f(void) { return fopen(\"/etc/passwd\", \"r\"); }", "fopen"),
    ("#include <time.h>\nlong f(void) { return time(NULL); }", "time"),
    ("#include <stdlib.h>\nchar *f(void) { return getenv(\"HOME\"); }", "getenv"),
    ("#include <stdio.h>\nvoid f(void) { fputs(\"log\", stderr); }", "stderr"),
    ("#include <sys/random.h>\nlong f(char *p) { return getrandom(p, 1, 0); }", "getrandom"),
    ("#include <string.h>\nsize_t f(const char *p) { return strlen(p); }", None),
    ("#include <ctype.h>\nint f(int c) { return isalpha(c); }", None),
]


def self_test(compiler):
    failed = 0
    for source, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "example.c")
            path.write_text(source + "\n")
            subprocess.run([*compiler, "-c", "-o", path.with_suffix(".o"), path], check=True)
            archive = path.with_suffix(".a")
            subprocess.run(["ar", "rc", archive, path.with_suffix(".o")], check=True)
            faults, _ = check(archive)
        names = [fault.partition(":")[0] for fault in faults]
        if names and expected is None or expected and expected not in names:
            failed += 1
            print(f"{source}\nexpected a fault about {expected}, got {names}")
    print(f"{len(SELF_TEST) - failed} of {len(SELF_TEST)} examples judged rightly")
    return failed > 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test(sys.argv[2:])
    faults, names = check(sys.argv[1])
    print("\n".join(faults) or f"{names} names, none of them of the world")
    return bool(faults) or names == 0


if __name__ == "__main__":
    sys.exit(main())
