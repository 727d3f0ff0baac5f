/* source_test.c - what a source may say, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "config/load_testing.h"

static void all_keys_are_read(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  ticker one:\n"
             "    vars: { id: no, day: 010, token: \"${env:GN_TEST_TOKEN}\" }\n"
             "    url: https://h/{id}?d={day}\n"
             "    method: PUT\n"
             "    headers:\n"
             "      Authorization: Bearer ${env:GN_TEST_TOKEN}\n"
             "      Accept: \"*/*\"\n"
             "    data: '{\"token\": \"${env:GN_TEST_TOKEN}\"}'\n"
             "    rows:\n"
             "      table: t\n"
             "      key: id\n"
             "      ack: queued\n"
             "      conflict: update\n"
             "      sql: |\n"
             "\n"
             "        select 1\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s->name, "ticker one");
    assert_int_equal(s->line, 3);
    assert_string_equal(s->request.url, "https://h/no?d=010");
    assert_string_equal(s->request.method, "PUT");
    assert_string_equal(s->request.headers[0], "Authorization: Bearer s3cret");
    assert_string_equal(s->request.headers[1], "Accept: */*");
    assert_null(s->request.headers[2]);
    assert_string_equal(s->request.body, "{\"token\": \"s3cret\"}");
    assert_int_equal(s->request.body_size, 19);
    assert_int_equal(s->var_count, 3);
    assert_string_equal(s->vars[1].name, "day");
    assert_string_equal(s->vars[1].value, "010");
    assert_string_equal(s->vars[2].value, "s3cret");
    assert_int_equal(s->row_spec_count, 1);
    assert_string_equal(s->rows->table, "t");
    assert_int_equal(s->rows->key_count, 1);
    assert_string_equal(s->rows->key[0], "id");
    assert_string_equal(s->rows->sql, "\nselect 1\n");
    assert_int_equal(s->rows->line, 17);
    assert_int_equal(s->ack, GARNER_QUEUED);
    gn_config_fini(&config);
}

static void rows_may_be_a_list_and_the_strongest_ack_counts(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a:\n"
             "    url: http://h/\n"
             "    rows:\n"
             "      - { table: t, key: [a, b], sql: select 1, ack: queued }\n"
             "      - { table: u, sql: 'select 2', ack: committed }\n"
             "      - { table: v, sql: select 3 }\n"
             "  b: { url: http://h/, rows: { table: t, sql: select 1 } }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(s->row_spec_count, 3);
    assert_int_equal(s->rows[0].key_count, 2);
    assert_string_equal(s->rows[0].key[1], "b");
    assert_int_equal(s->rows[0].line, 6);
    assert_int_equal(s->rows[1].key_count, 0);
    assert_string_equal(s->rows[1].sql, "select 2");
    assert_int_equal(s->ack, GARNER_COMMITTED);
    assert_int_equal(s[1].ack, GARNER_SYNCED);
    gn_config_fini(&config);
}

static void a_source_needs_a_url_that_is_one(void **state)
{
    (void)state;
    bad("garner: 1\nsources:\n  a: {}\n",
        "f:3:3: source a has no url; write one like \"url: "
        "https://example.org/\"\n");
    bad("garner: 1\nsources:\n  a: { url: example.org }\n",
        "f:3:13: URL has no scheme; write https:// or http:// before "
        "\"example.org\"\n");
    bad("garner: 1\nsources:\n  a: { url: 'http://h/{page}', vars: { pages: 1 "
        "} }\n",
        "f:3:13: the URL has {page}, which is no variable; did you mean "
        "{pages}?\n");
    bad("garner: 1\nsources:\n  a:\n",
        "f:3:5: one value where a mapping is needed; write \"key: value\" "
        "lines, indented\n");
    bad("garner: 1\nsources:\n  \"\": { url: http://h/ }\n",
        "f:3:3: a source's name must be 1 to 200 bytes of printable text; "
        "\"\" is not\n");
}

static void what_came_from_secrets_is_to_be_hidden(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a: { url: 'http://h/?k=${env:GN_TEST_TOKEN}' }\n"
             "  b:\n"
             "    url: http://h/{t}\n"
             "    vars: { t: 'x${env:GN_TEST_SHORT}', u: "
             "'${env:GN_TEST_SHORT}' }\n"
             "  c:\n"
             "    url: http://h/\n"
             "    vars: { t: '${env:GN_TEST_SHORT}' }\n"
             "    headers: { A: 'Bearer ${env:GN_TEST_TOKEN}' }\n"
             "  d: { url: http://h/ }\n"
             "  e: { url: http://h/, vars: { t: '${env:GN_TEST_SHORT}' } }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s[0].request.url, "http://h/?k=s3cret");
    assert_string_equal(s[0].request.secrets[0], "s3cret");
    assert_null(s[0].request.secrets[1]);
    assert_string_equal(s[1].request.url, "http://h/xs");
    assert_string_equal(s[1].request.secrets[0], "s");
    assert_null(s[1].request.secrets[1]);
    assert_string_equal(s[2].request.secrets[0], "s3cret");
    assert_null(s[2].request.secrets[1]);
    assert_null(s[3].request.secrets);
    assert_null(s[4].request.secrets[0]);
    gn_config_fini(&config);
}

static void a_problem_tells_no_secret(void **state)
{
    (void)state;
    bad("garner: 1\nsources:\n  a: { url: '${env:GN_TEST_TOKEN}/x' }\n",
        "f:3:13: URL has no scheme; write https:// or http:// before "
        "\"***/x\"\n");
    bad("garner: 1\nsources:\n  a: { url: 'http://h/?${env:GN_TEST_LINES}' "
        "}\n",
        "f:3:13: with its secrets filled in this is no URL; check what they "
        "hold: spaces, line breaks\n");
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("method: GET it",
               "3:9: method \"GET it\" is no HTTP method; write one like GET, "
               "POST, HEAD");
    bad_source("headers: [a]",
               "3:10: headers must be a mapping; write { name: value }");
    bad_source("headers: { A: [b] }",
               "3:15: A has a list where one value is needed");
    bad_source("headers: { A: \"b\\nc\" }",
               "3:15: a header's value must be one line, without control "
               "characters");
    bad_source(
        "vars: { body: x }",
        "3:9: a variable cannot be named body: :body is garner's own in the "
        "SQL; choose another name");
    bad_source("data: { a: b }",
               "3:7: data has a mapping where one value is needed; text with "
               "braces or \": \" in it needs quotes");
    bad_source("cache: { times: 3 }",
               "3:1: \"cache\" is not available in this version; remove it");
    bad_source("method: HEAD, data: x",
               "2:12: a HEAD request takes no body; drop one of them");
    bad_source("proxy: 'ftp://h'",
               "2:12: the proxy cannot be used; write http://host:port, or "
               "socks5h://host:port");
    bad_source("every: 1s", "3:1: \"every\" belongs under schedule; write "
                            "schedule: { every: 10s }");
    bad_source("heders: 1",
               "3:1: unknown key \"heders\"; did you mean \"headers\"?");
}

static void wrong_rows_are_problems(void **state)
{
    (void)state;
    bad_source("rows: []", "3:7: rows is an empty list; remove it");
    bad_source("rows: [a]", "3:8: one value where a mapping is needed; write "
                            "\"key: value\" lines, indented");
    bad_source("rows: { sql: select 1 }",
               "3:7: rows has no table; name where they go, like \"table: "
               "prices\"");
    bad_source("rows: { table: t }",
               "3:7: rows has no sql; write a select that makes rows of :body");
    bad_source("rows: { table: t, sql: ' ' }",
               "3:24: sql is empty; write a select");
    bad_source("rows: { table: t, sql: s, key: [] }",
               "3:32: key has no columns; name one, or remove it");
    bad_source("rows: { table: t, sql: s, key: [a, b, a] }",
               "3:39: column a is in the key twice");
    bad_source("rows: { table: t, sql: s, ack: maybe }",
               "3:32: ack cannot be \"maybe\"; write synced, committed or "
               "queued");
    bad_source("rows: { table: garner_run, sql: s }",
               "3:16: table garner_run: names that begin with garner_ are kept "
               "for garner's own; choose another");
    bad_source("rows: { table: t, sql: s, batch: 1 }",
               "3:27: \"batch\" is not available in this version; remove it");
}

static int set_token(void **state)
{
    (void)state;
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
    return setenv("GN_TEST_TOKEN", "s3cret", 1) |
           setenv("GN_TEST_SHORT", "s", 1) | setenv("GN_TEST_LINES", "a\nb", 1);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_read),
        cmocka_unit_test(rows_may_be_a_list_and_the_strongest_ack_counts),
        cmocka_unit_test(a_source_needs_a_url_that_is_one),
        cmocka_unit_test(what_came_from_secrets_is_to_be_hidden),
        cmocka_unit_test(a_problem_tells_no_secret),
        cmocka_unit_test(wrong_values_are_problems),
        cmocka_unit_test(wrong_rows_are_problems),
    };

    return cmocka_run_group_tests(tests, set_token, NULL);
}
