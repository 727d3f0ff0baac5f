/* crawl_test.c - the keys start and crawl. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/common.h"
#include "config/crawl.h"
#include "config/rows.h"
#include "config/vars.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void read_url(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->url = node;
}

static void read_before(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    (void)p;
    (void)node;
    (void)scope;
}

static void read_method(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->source->request.method = node->text;
}

/* A source that has what a crawl has to do with. */
static const struct gn_walk_key keys[] = {
    {"url", read_url, NULL},
    {"vars", read_before, NULL},
    {"method", read_method, NULL},
    {"rows", gn_rows_read_specs, NULL},
    GN_COMMON_KEYS,
    GN_CRAWL_KEYS,
};

static struct gn_source source; /* the one read last */
static struct gn_arena memory;  /* its own, and its tree's */

/* Reads "s: {...}", whose problems go to list, one a line. */
static struct gn_source source_of(const char *text, struct gn_buf *list,
                                  enum garner_code *code)
{
    struct gn_problems p = {.path = "f", .list = list};
    struct gn_scope scope = {
        .memory = &memory, .folder = "", .source = &source};
    const struct gn_node *root;
    struct garner_error err;

    gn_arena_clear(&memory);
    source = (struct gn_source){.name = "s"};
    root = gn_tree_parse(text, strlen(text), &memory, &p);
    if (root != NULL) {
        gn_vars_begin(&p, root->first, &scope);
        gn_walk_mapping(&p, root->first, keys, COUNT(keys), &scope);
        gn_crawl_finish(&p, root->first->key, &scope);
    }
    *code = gn_problems_result(&p, &err);
    return source;
}

static struct gn_source good(const char *text)
{
    struct gn_buf list = {0};
    enum garner_code code;
    const struct gn_source s = source_of(text, &list, &code);

    assert_string_equal(gn_buf_cstr(&list), "");
    assert_int_equal(code, GARNER_OK);
    gn_buf_fini(&list);
    return s;
}

static void bad(const char *text, const char *problem)
{
    struct gn_buf list = {0};
    struct gn_buf line = {0};
    enum garner_code code;

    (void)source_of(text, &list, &code);
    gn_buf_printf(&line, "f:%s\n", problem);
    assert_string_equal(gn_buf_cstr(&list), gn_buf_cstr(&line));
    assert_int_equal(code, GARNER_INVALID);
    gn_buf_fini(&list);
    gn_buf_fini(&line);
}

static void a_crawl_says_what_it_follows(void **state)
{
    const struct gn_source s =
        good("s:\n"
             "  start: [ https://docs.example.org, 'HTTP://x/%7e{v}#top' ]\n"
             "  vars: { v: 1 }\n"
             "  crawl:\n"
             "    follow: \"main a[href]\"\n"
             "    allow: [ '^https://docs\\.example\\.org/', '^http://x/' ]\n"
             "    deny: '\\.(zip|pdf)$'\n"
             "    depth: 4\n"
             "    pages: 2000\n"
             "    bytes: 2GB\n"
             "    same: host\n"
             "    robots: ignore\n"
             "    nofollow: ignore\n"
             "    sitemap: true\n"
             "    host: { concurrency: 2, interval: 500ms }\n");
    const struct gn_crawl *c = s.crawl;

    (void)state;
    assert_int_equal(c->start_count, 2);
    assert_string_equal(c->starts[0], "https://docs.example.org/");
    assert_string_equal(c->starts[1], "http://x/~1");
    assert_ptr_equal(s.request.url, c->starts[0]);
    assert_string_equal(c->follow, "main a[href]");
    assert_int_equal(c->line, 5);
    assert_int_equal(c->bounds.allow_count, 2);
    assert_string_equal(c->bounds.allow[1], "^http://x/");
    assert_int_equal(c->bounds.deny_count, 1);
    assert_string_equal(c->bounds.deny[0], "\\.(zip|pdf)$");
    assert_int_equal(c->bounds.depth, 4);
    assert_int_equal(c->bounds.same, GN_SAME_HOST);
    assert_int_equal(c->pages, 2000);
    assert_int_equal(c->bytes, 2000000000);
    assert_true(c->sitemap);
    assert_true(c->ignores_nofollow);
    assert_false(s.obeys_robots);
    assert_int_equal(s.host_concurrency, 2);
    assert_int_equal(s.host_interval_ms, 500);
}

static void it_stays_on_its_sites_and_obeys(void **state)
{
    const struct gn_source s = good("s: { crawl: {}, start: http://h/ }");

    (void)state;
    assert_int_equal(s.crawl->start_count, 1);
    assert_string_equal(s.crawl->follow, "a[href]");
    assert_int_equal(s.crawl->line, 0);
    assert_int_equal(s.crawl->bounds.same, GN_SAME_SITE);
    assert_int_equal(s.crawl->bounds.depth, -1);
    assert_int_equal(s.crawl->bounds.allow_count, 0);
    assert_int_equal(s.crawl->bounds.deny_count, 0);
    assert_int_equal(s.crawl->pages, 0);
    assert_int_equal(s.crawl->bytes, 0);
    assert_false(s.crawl->sitemap);
    assert_false(s.crawl->ignores_nofollow);
    assert_true(s.obeys_robots);
    assert_true(gn_config_reads_body(&s));
}

static void robots_is_said_in_either_place(void **state)
{
    (void)state;
    assert_false(good("s: { crawl: {}, start: http://h/, robots: ignore }")
                     .obeys_robots);
    assert_true(good("s: { crawl: { robots: obey }, start: http://h/, "
                     "robots: ignore }")
                    .obeys_robots);
    assert_false(good("s: { crawl: { robots: ignore }, start: http://h/, "
                      "robots: obey }")
                     .obeys_robots);
    assert_false(good("s: { robots: ignore }").obeys_robots);
    assert_false(good("s: { url: http://h/ }").obeys_robots);
}

static void sql_may_say_what_is_followed(void **state)
{
    const struct gn_source s =
        good("s:\n"
             "  start: http://h/\n"
             "  crawl:\n"
             "    follow: |\n"
             "      select url from links_each(:body)\n");
    size_t count;
    const char **names = gn_config_parameters(&s, &count);

    (void)state;
    assert_string_equal(s.crawl->follow, "select url from links_each(:body)\n");
    assert_int_equal(s.crawl->line, 5);
    assert_string_equal(names[count - 1], "depth");
    gn_free(names);
}

static void what_is_wrong_has_its_place(void **state)
{
    (void)state;
    bad("s: { start: [ http://h/, h/ ], crawl: {} }",
        "1:26: URL has no scheme; write https:// or http:// before \"h/\"");
    bad("s: { start: 'http://h/{a}', crawl: {} }",
        "1:13: the URL has {a}, which is no variable; give it a value (vars, "
        "or "
        "-p NAME=VALUE)");
    bad("s: { start: [], crawl: {} }",
        "1:13: start is an empty list; write one, or remove it");
    bad("s: { start: http://u:secret@h/, crawl: {} }",
        "1:13: there is a user in it, and a crawl keeps its URLs in the "
        "store; put it into auth");
    bad("s: { start: 'http://h/?k=${env:PATH}', crawl: {} }",
        "1:13: start has a secret in it, and a crawl keeps its URLs in the "
        "store; put it into headers or auth");
    bad("s: { start: 'http://h/?k={k}', vars: { k: '${env:PATH}' }, crawl: {} "
        "}",
        "1:13: start has a secret in it, and a crawl keeps its URLs in the "
        "store; put it into headers or auth");
    bad("s: { start: http://h/ }",
        "1:6: start is where a crawl begins; write crawl: beside it, or url: "
        "for one page");
    bad("s: { crawl: {} }", "1:1: source s crawls and has no start; write one "
                            "like \"start: [ https://example.org/ ]\"");
    bad("s: { crawl: {}, start: http://h/, url: http://h/ }",
        "1:35: a crawl has no url; write start: with it instead");
    bad("s: { start: http://h/, crawl: a }",
        "1:31: one value where a mapping is needed; write \"key: value\" "
        "lines, indented");
    bad("s: { start: http://h/, crawl: { follow: ' ' } }",
        "1:41: follow is empty; write a selector like \"main a[href]\", or a "
        "select with a column url");
    bad("s: { start: http://h/, crawl: { same: page } }",
        "1:39: same cannot be \"page\"; write site, host or any");
    bad("s: { start: http://h/, crawl: { nofollow: true } }",
        "1:43: nofollow cannot be \"true\"; write obey or ignore");
    bad("s: { start: http://h/, crawl: { depth: -1 } }",
        "1:40: depth is \"-1\"; write a whole number from 0 to 1000000");
    bad("s: { start: http://h/, crawl: { pages: 0 } }",
        "1:40: pages is \"0\"; write a whole number from 1 to 2147483647");
    bad("s: { start: http://h/, crawl: { bytes: 0 } }",
        "1:40: bytes is 0; write 1B to 1000000000000000B");
    bad("s: { start: http://h/, crawl: { start: http://h/ } }",
        "1:33: \"start\" belongs beside crawl, not into it");
    bad("s: { start: http://h/, crawl: { robot: obey } }",
        "1:33: unknown key \"robot\"; did you mean \"robots\"?");
}

static void patterns_are_compiled(void **state)
{
    struct gn_buf list = {0};
    enum garner_code code;

    (void)state;
    (void)source_of("s: { start: http://h/, crawl: { allow: [ a, '(b' ],\n"
                    "deny: '*c' } }",
                    &list, &code);
    assert_int_equal(code, GARNER_INVALID);
    assert_non_null(strstr(gn_buf_cstr(&list), "f:1:45: allow: "));
    assert_non_null(strstr(gn_buf_cstr(&list), "f:2:7: deny: "));
    gn_buf_fini(&list);
}

static void what_is_of_one_page_is_refused(void **state)
{
    (void)state;
    bad("s: { crawl: {}, start: http://h/, body: { save: f } }",
        "1:1: body: save is the file of one page, and a crawl has many; remove "
        "it: their bodies are in the store");
    bad("s: { crawl: {}, start: http://h/, method: HEAD }",
        "1:1: a crawl asks for pages by GET; remove method and what is sent");
    bad("s: { crawl: {}, start: http://h/, rows: { table: t, sql: s, "
        "conflict: replace } }",
        "1:1: rows of table t: conflict replace and history take away what an "
        "answer lacks, and one page of a crawl lacks those of the others; "
        "write update or ignore");
    bad("s: { crawl: {}, start: http://h/, rows: { table: t, sql: s, "
        "expect: { max_drop: 30% } } }",
        "1:1: rows of table t: expect has max_drop, and one page of a crawl is "
        "not to be held against another; remove it");
}

static void secrets_of_the_request_stay_hidden(void **state)
{
    const struct gn_source s =
        good("s: { crawl: {}, start: 'http://h/{a}', "
             "vars: { a: x, key: '${env:GARNER_CRAWL_TEST}' } }");

    (void)state;
    assert_string_equal(s.request.url, "http://h/x");
    assert_string_equal(s.request.secrets[0],
                        "a rather long secret of a crawl");
    assert_null(s.request.secrets[1]);
}

static void lost_memory_is_noted(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 40; nth++) {
        struct gn_buf list = {0};
        enum garner_code code;
        struct gn_source s;

        gn_mem_fail_at(nth);
        s = source_of("s: { start: [ 'http://h/{a}' ], vars: { a: x },"
                      " crawl: { allow: [ a, b ] } }",
                      &list, &code);
        gn_mem_fail_at(0);
        if (code != GARNER_OK)
            assert_int_equal(code, GARNER_NOMEM);
        failures += code != GARNER_OK;
        assert_true((s.crawl != NULL) == (code == GARNER_OK));
        gn_buf_fini(&list);
    }
    assert_in_range(failures, 5, 38);
}

static int clear_memory(void **state)
{
    (void)state;
    gn_arena_clear(&memory);
    return 0;
}

static int set_secret(void **state)
{
    (void)state;
    return setenv("GARNER_CRAWL_TEST", "a rather long secret of a crawl", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crawl_says_what_it_follows),
        cmocka_unit_test(it_stays_on_its_sites_and_obeys),
        cmocka_unit_test(robots_is_said_in_either_place),
        cmocka_unit_test(sql_may_say_what_is_followed),
        cmocka_unit_test(what_is_wrong_has_its_place),
        cmocka_unit_test(patterns_are_compiled),
        cmocka_unit_test(what_is_of_one_page_is_refused),
        cmocka_unit_test(secrets_of_the_request_stay_hidden),
        cmocka_unit_test(lost_memory_is_noted),
    };

    return cmocka_run_group_tests(tests, set_secret, clear_memory);
}
