/* findings_test.c - lines about a file as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/findings.h"

static const char text[] = "garner: 1\n"
                           "store: s\n"
                           "sources:\n"
                           "  one:\n"
                           "    url: x\n"
                           "  two: {\n"
                           "    url: y }\n"
                           "defaults:\n"
                           "  timeout: 1s\n";

static void check(const char *path, const char *data, const char *lines,
                  const char *expected)
{
    const struct gn_findings_file file = {path, data, strlen(data)};
    struct gn_buf out = {0};
    struct gn_json json;

    gn_json_init(&json, &out);
    gn_findings_write(&file, lines, &json);
    assert_false(gn_buf_failed(&out));
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
}

#define FINDING(severity, file, place, source, message)                        \
    "{\"severity\":\"" severity "\",\"file\":\"" file "\"," place              \
    ",\"source\":" source ",\"message\":\"" message "\"}"
#define AT(line, column) "\"line\":" #line ",\"column\":" #column

static void lines_have_a_place_and_a_source(void **state)
{
    (void)state;
    check("g.yaml", text, "", "");
    check(
        "g.yaml", text, "g.yaml:5:10: what; to do: this\n",
        FINDING("error", "g.yaml", AT(5, 10), "\"one\"", "what; to do: this"));
    check("g.yaml", text, "g.yaml:7:3: warning: a \"b\"\ng.yaml:3:1: c\n",
          FINDING("warning", "g.yaml", AT(7, 3), "\"two\"",
                  "a \\\"b\\\"") "," FINDING("error", "g.yaml", AT(3, 1),
                                             "null", "c"));
    check("g.yaml", text, "g.yaml:9:1: a\ng.yaml:2:8: b\n",
          FINDING("error", "g.yaml", AT(9, 1), "null",
                  "a") "," FINDING("error", "g.yaml", AT(2, 8), "null", "b"));
    /* one of many, which the file does not name */
    check("g.yaml", text, "g.yaml:5:1: source one[a]: SQL: near \"x\"",
          FINDING("error", "g.yaml", AT(5, 1), "\"one[a]\"",
                  "SQL: near \\\"x\\\""));
    check("g.yaml", text, "g.yaml:5:1: source one has no url: a",
          FINDING("error", "g.yaml", AT(5, 1), "\"one\"",
                  "source one has no url: a"));
}

static void what_has_no_place_has_none(void **state)
{
    (void)state;
    check("a:1:2: b.yaml", text, "a:1:2: b.yaml:4:3: x\n",
          FINDING("error", "a:1:2: b.yaml", AT(4, 3), "\"one\"", "x"));
    check(
        "g.yaml", text, "g.yaml: 3 more problems\n",
        FINDING("error", "g.yaml", AT(null, null), "null", "3 more problems"));
    check("g.yaml", text, "cannot open g.yaml",
          FINDING("error", "g.yaml", AT(null, null), "null",
                  "cannot open g.yaml"));
    check(".", text, ". is a folder",
          FINDING("error", ".", AT(null, null), "null", ". is a folder"));
    check("g.yaml", text, "g.yaml:4 x\n",
          FINDING("error", "g.yaml", AT(null, null), "null", "4 x"));
    /* where it is no YAML, nobody knows the sources */
    check("g.yaml", "sources:\n a: [\n", "g.yaml:2:5: x\n",
          FINDING("error", "g.yaml", AT(2, 5), "null", "x"));
    check("g.yaml", "", "g.yaml:1:1: x\n",
          FINDING("error", "g.yaml", AT(1, 1), "null", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_a_place_and_a_source),
        cmocka_unit_test(what_has_no_place_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
