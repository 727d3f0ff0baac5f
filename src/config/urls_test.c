/* urls_test.c - the key urls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void they_come_from_a_file_or_the_store(void **state)
{
    struct gn_config config = good("garner: 1\n"
                                   "sources:\n"
                                   "  a: { urls: { file: /x/urls.txt } }\n"
                                   "  b: { urls: { sql: 'select url from t' }, "
                                   "host: { concurrency: 3 } }\n"
                                   "  c: { url: http://h/ }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s[0].urls.file, "/x/urls.txt");
    assert_null(s[0].urls.sql);
    assert_null(s[0].request.url);
    assert_true(gn_config_has_list(&s[0]));
    assert_string_equal(gn_config_from(&s[0]), "/x/urls.txt");
    assert_int_equal(s[0].host_concurrency, 8);
    assert_string_equal(s[1].urls.sql, "select url from t");
    assert_string_equal(gn_config_from(&s[1]), "select url from t");
    assert_int_equal(s[1].host_concurrency, 3);
    assert_false(gn_config_has_list(&s[2]));
    assert_string_equal(gn_config_from(&s[2]), "http://h/");
    assert_int_equal(s[2].host_concurrency, 0);
    gn_config_fini(&config);
}

/* Lines of a source that has urls. */
static void bad_with_urls(const char *lines, const char *problem)
{
    char text[512];
    char line[512];

    snprintf(text, sizeof text,
             "garner: 1\nsources:\n  a:\n    urls: { file: u }\n%s\n", lines);
    snprintf(line, sizeof line, "f:%s\n", problem);
    bad(text, line);
}

static void one_of_both(void **state)
{
    static const char advice[] = "f:3:9: urls needs one of file and sql; write "
                                 "urls: { file: urls.txt }, "
                                 "or urls: { sql: \"select url from ...\" }\n";

    (void)state;
    bad("garner: 1\nsources: { a: {\n  urls: { file: u, sql: s } } }\n",
        advice);
    bad("garner: 1\nsources: { a: {\n  urls: {} } }\n", advice);
    bad("garner: 1\nsources: { a: {\n  urls: { file: '' } } }\n",
        "f:3:17: urls: file is empty; name a file with a URL a line\n");
    bad("garner: 1\nsources: { a: {\n  urls: { sql: '' } } }\n",
        "f:3:16: urls: sql is empty; write sql: \"select url from ...\"\n");
    bad_with_urls("    url: http://h/",
                  "3:3: source a has url and urls; remove one of them");
}

static void what_means_nothing_for_many_is_refused(void **state)
{
    (void)state;
    bad_with_urls("    cookies: true",
                  "3:3: cookies: true is not available with urls yet; remove "
                  "it");
    bad_with_urls("    body: { save: '{name}' }",
                  "3:3: body: save is not available with urls yet, for their "
                  "bodies would be one file; remove it");
    bad_with_urls("    schedule: { adapt: 1m..1h }",
                  "3:3: schedule: adapt is not available with urls yet; write "
                  "every");
    bad_with_urls("    hooks: { change: [x] }",
                  "3:3: the hook change is not available with urls yet; take "
                  "success");
    bad_with_urls(
        "    rows: { table: t, key: [a], conflict: replace, sql: select 1 }",
        "3:3: with urls, conflict: replace would end the rows of all other "
        "URLs; take update, ignore or error");
    bad_with_urls(
        "    rows: { table: t, sql: select 1, expect: { max_drop: 5% } }",
        "3:3: max_drop compares with the source's last answer, and with urls "
        "that is one of another URL; take min_rows");
    /* ... and the rest of the request is looked at without one. */
    bad_with_urls("    headers: { Host: \"a\\nb\" }",
                  "5:22: a header's value must be one line, without control "
                  "characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_from_a_file_or_the_store),
        cmocka_unit_test(one_of_both),
        cmocka_unit_test(what_means_nothing_for_many_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
