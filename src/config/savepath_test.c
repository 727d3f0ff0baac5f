/* savepath_test.c - what paths become, and which are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/savepath.h"

/* 2026-11-26 06:05:04 UTC */
static const int64_t moment_us = INT64_C(1795673104) * 1000000 + 999999;

static const struct gn_var vars[] = {
    {"city", "Bern"}, {"path", "a/b"}, {"dot", "."},
    {"line", "a\nb"}, {"none", ""},    {"time", "noon"},
};

static struct gn_source source_of(const char *path)
{
    return (struct gn_source){.name = "stations",
                              .vars = vars,
                              .var_count = sizeof vars / sizeof vars[0],
                              .save = {.path = path}};
}

static void paths_are_filled_in(void **state)
{
    static const struct {
        const char *path;
        const char *filled;
    } table[] = {
        {"a.csv", "a.csv"},
        {"/x/a b.csv", "/x/a b.csv"},
        {"{name}-{date}.csv.gz", "stations-2026-11-26.csv.gz"},
        {"{date}/{timestamp}", "2026-11-26/1795673104"},
        {"{city}{none}", "Bern"},
        {"{time}", "noon"}, /* a variable goes before a word of ours */
        {"{1}{}{a", "{1}{}{a"},
        {"..a/b..", "..a/b.."},
        {"./{dot}x", "./.x"},
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct gn_source s = source_of(table[i].path);
        struct garner_error err = {0};
        const char *out;

        assert_int_equal(gn_savepath_fill(&s, moment_us, &memory, &out, &err),
                         GARNER_OK);
        assert_string_equal(out, table[i].filled);
    }
    gn_arena_clear(&memory);
}

static void the_time_is_utc(void **state)
{
    const struct gn_source s = {.name = "a", .save = {.path = "{date}T{time}"}};
    struct gn_arena memory = {0};
    const char *out;

    (void)state;
    assert_int_equal(gn_savepath_fill(&s, moment_us, &memory, &out, NULL),
                     GARNER_OK);
    assert_string_equal(out, "2026-11-26T060504");
    gn_arena_clear(&memory);
}

static void others_are_refused(void **state)
{
    static const struct {
        const char *path;
        const char *why;
    } table[] = {
        {"", "does not end with a file's name"},
        {"a/", "does not end with a file's name"},
        {"a/.", "does not end with a file's name"},
        {"{none}", "does not end with a file's name"},
        {"{dot}", "does not end with a file's name"},
        {"../a", "has \"..\""},
        {"/a/../b", "has \"..\""},
        {"a/..", "has \"..\""},
        {"{dot}{dot}/a", "has \"..\""},
        {"{dot}./a", "has \"..\""},
        {"a\tb", "control character"},
        {"a\177b", "control character"},
        {"x-{path}", "the value of {path}, \"a/b\", has a \"/\""},
        {"x-{line}", "the value of {line}"},
        {"{dat}.csv", "{dat}, which is no variable; did you mean {date}?"},
        {"{cty}.csv", "did you mean {city}?"},
        {"{what_is_it}", "write {name}, {date}, {time} or {timestamp}"},
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct gn_source s = source_of(table[i].path);
        struct garner_error err = {0};
        const char *out;

        assert_int_equal(gn_savepath_fill(&s, moment_us, &memory, &out, &err),
                         GARNER_INVALID);
        assert_non_null(strstr(err.message, table[i].why));
        assert_null(out);
    }
    gn_arena_clear(&memory);
}

static void too_long_is_refused(void **state)
{
    char path[5000];
    struct garner_error err = {0};

    (void)state;
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(gn_savepath_check(path, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "over 4000 bytes"));
}

static void without_memory_it_fails(void **state)
{
    const struct gn_source s = source_of("{name}-{date}");
    bool failed = true;

    (void)state;
    for (unsigned n = 1; failed; n++) {
        struct gn_arena memory = {0};
        const char *out;

        gn_mem_fail_at(n);
        failed = gn_savepath_fill(&s, moment_us, &memory, &out, NULL) ==
                 GARNER_NOMEM;
        gn_mem_fail_at(0);
        assert_true(failed == (out == NULL));
        gn_arena_clear(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_filled_in),
        cmocka_unit_test(the_time_is_utc),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(too_long_is_refused),
        cmocka_unit_test(without_memory_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
