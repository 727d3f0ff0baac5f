/* body_test.c - the keys body and keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void what_is_kept(void **state)
{
    struct gn_config config = good(
        "garner: 1\n"
        "defaults: { keep: { bodies: 20, runs: 30d }, body: { max: 1MB,"
        "    memory: 64KiB } }\n"
        "sources:\n"
        "  a: { url: http://h/ }\n"
        "  b: { url: http://h/, keep: { runs: 90s } }\n"
        "  c: { url: http://h/, keep: {}, body: { max: 5kB, ratio: 200 } }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(s[0].keep.bodies, 20);
    assert_int_equal(s[0].keep.runs_ms, INT64_C(30) * 86400000);
    assert_int_equal(s[0].request.limits.max_body_bytes, 1000000);
    assert_int_equal(s[1].keep.bodies, 0); /* the default one is replaced */
    assert_int_equal(s[1].keep.runs_ms, 90000);
    assert_int_equal(s[2].keep.bodies, 0);
    assert_int_equal(s[2].keep.runs_ms, 0);
    assert_int_equal(s[2].request.limits.max_body_bytes, 5000);
    assert_int_equal(s[2].request.limits.max_ratio, 200);
    assert_int_equal(s[2].request.limits.memory_bytes, 65536);
    assert_int_equal(s[1].request.limits.max_ratio, 0);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("keep: { bodies: 0 }",
               "3:17: bodies is \"0\"; write a whole number from 1 to 1000000");
    bad_source(
        "keep: { runs: 20 }",
        "3:15: runs: \"20\" is not a duration: it has no unit; the units "
        "are ms, s, m, h, d, w, as in 900ms or 1.5h");
    bad_source("keep: { rows: 20 }",
               "3:9: unknown key \"rows\"; did you mean \"runs\"?");
    bad_source("body: { ratio: 0 }",
               "3:16: ratio is \"0\"; write a whole number from 1 to 100000");
    bad_source("body: { memory: 2GB }",
               "3:17: memory is 2GB; write 1B to 1000000000B");
    bad_source("keep: 30d",
               "3:7: one value where a mapping is needed; write \"key: value\" "
               "lines, indented");
    bad_source(
        "body: 10MB",
        "3:7: body is about the answer, a mapping like { max: 10MB }; what "
        "to send is written under data");
}

static void where_it_is_saved(void **state)
{
    struct gn_config config = good(
        "garner: 1\n"
        "defaults: { body: { save: \"{name}.html\" } }\n"
        "sources:\n"
        "  a: { url: http://h/ }\n"
        "  b: { url: http://h/, body: { save: \"/x/{date}/{v}\", max: 4GiB },"
        " vars: { v: w } }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s[0].save.path, "{name}.html");
    assert_string_equal(s[0].save.folder, "");
    assert_string_equal(s[1].save.path, "/x/{date}/{v}");
    assert_int_equal(s[1].request.limits.max_body_bytes, INT64_C(4) << 30);
    gn_config_fini(&config);
}

static void paths_that_are_refused(void **state)
{
    (void)state;
    bad_source("body: { save: ../x }",
               "3:15: the path \"../x\" has \"..\"; write a path below the "
               "file's folder, or one that begins with /");
    bad_source("body: { save: \"a\\u0001\" }",
               "3:15: the path has a control character; write printable text");
    bad_source("body: { save: \"${env:HOME}/x\" }",
               "3:15: a path is stored and shown, so ${...} is not filled in "
               "there; use vars, {name}, {date}, {time} or {timestamp}");
    bad_source("body: { save: \"{nam}\" }",
               "2:12: body: save: the path has {nam}, which is no variable; "
               "did you mean {name}?");
    bad_source("vars: { v: a/b }, body: { save: \"x{v}\" }",
               "2:12: body: save: the value of {v}, \"a/b\", has a \"/\" or a "
               "control character, which the name of a file cannot have");
    bad_source("vars: { v: \"${env:PATH}\" }, body: { save: \"x{v}\" }",
               "2:12: body: save has a variable that came from a secret, and "
               "the path is stored and shown; take another");
    bad_source("method: HEAD, body: { save: x }",
               "2:12: body: save has nothing to save, for the answer to HEAD "
               "has no body; remove one of them");
    bad_source("body: { max: 2GB }",
               "2:12: body: max is over 1GB, which only a body that is saved "
               "to a file and not read may have: lower it, or have save and no "
               "rows");
    bad_source("body: { max: 2GB, save: x }, rows: { table: t, sql: select 1 }",
               "2:12: body: max is over 1GB, which only a body that is saved "
               "to a file and not read may have: lower it, or have save and no "
               "rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept),
        cmocka_unit_test(wrong_values_are_problems),
        cmocka_unit_test(where_it_is_saved),
        cmocka_unit_test(paths_that_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
