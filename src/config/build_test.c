/* build_test.c - sources of the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/build.h"

static const char *const urls[] = {"https://u:pw@example.org/{id}", "http://b/",
                                   "http://b/", "http://b/"};
static const char *const headers[] = {"Accept: */*", "X-A:b", NULL};
static const char *const key[] = {"id", "day"};
static const struct gn_var vars[] = {{"id", "a b"}};

static const char *const to[] = {"a:1:b:2", NULL};

static struct gn_build example(void)
{
    return (struct gn_build){
        .urls = urls,
        .url_count = 4,
        .store = "x.db",
        .request = {.method = "POST",
                    .headers = headers,
                    .body = "a\0b",
                    .body_size = 3,
                    .user_agent = "me/1",
                    .route = {.connect_to = to},
                    .limits = {.total_ms = 900}},
        .schedule = {.every_ms = 1000, .align = true},
        .rows = {.table = "t", .sql = "select 1", .key = key, .key_count = 2},
        .vars = vars,
        .var_count = 1,
        .ack = GARNER_COMMITTED,
        .unconditional = true,
        .allows_private = true,
    };
}

static void each_url_becomes_a_source(void **state)
{
    const struct gn_build build = example();
    struct gn_config config;
    const struct gn_source *s;

    (void)state;
    assert_int_equal(gn_config_build(&build, &config, NULL), GARNER_OK);
    assert_null(config.path);
    assert_string_equal(config.store, "x.db");
    assert_int_equal(config.source_count, 4);
    s = config.sources;
    assert_string_equal(s->name, "https://u:***@example.org/{id}");
    assert_string_equal(s->request.url, "https://u:pw@example.org/a%20b");
    assert_string_equal(s->request.method, "POST");
    assert_string_equal(s->request.headers[1], "X-A:b");
    assert_null(s->request.headers[2]);
    assert_ptr_not_equal(s->request.headers[0], headers[0]);
    assert_memory_equal(s->request.body, "a\0b", 3);
    assert_int_equal(s->request.limits.total_ms, 900);
    assert_int_equal(s->schedule.every_ms, 1000);
    assert_int_equal(s->ack, GARNER_COMMITTED);
    assert_true(s->unconditional);
    assert_true(s->allows_private);
    assert_int_equal(s->row_spec_count, 1);
    assert_string_equal(s->rows->table, "t");
    assert_string_equal(s->rows->key[1], "day");
    assert_string_equal(s->vars[0].value, "a b");
    assert_int_equal(s->line, 0);
    assert_string_equal(s->request.route.connect_to[0], "a:1:b:2");
    assert_string_equal(s[1].name, "http://b/");
    assert_string_equal(s[2].name, "http://b/ (2)");
    assert_string_equal(s[3].name, "http://b/ (3)");
    gn_config_fini(&config);
    assert_null(config.memory);
}

static void a_password_is_a_secret(void **state)
{
    const struct gn_build build = {.urls = (const char *const[]){"http://h/"},
                                   .url_count = 1,
                                   .request = {.login = GN_LOGIN_BASIC,
                                               .user = "me",
                                               .password = "hushhush"}};
    struct gn_config config;

    (void)state;
    assert_int_equal(gn_config_build(&build, &config, NULL), GARNER_OK);
    assert_string_equal(config.sources[0].request.user, "me");
    assert_string_equal(config.sources[0].request.password, "hushhush");
    assert_string_equal(config.sources[0].request.secrets[0], "hushhush");
    gn_config_fini(&config);
}

static void a_long_url_has_a_name_that_fits(void **state)
{
    char *text[2];
    const char *list[2];
    const struct gn_build build = {.urls = list, .url_count = 2};
    struct gn_config config;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct gn_buf b = {0};

        gn_buf_text(&b, "http://h/");
        while (b.size < 990)
            gn_buf_text(&b, "\xe2\x82\xac");
        text[i] = gn_buf_take(&b);
        assert_non_null(text[i]);
        list[i] = text[i];
    }
    assert_int_equal(gn_config_build(&build, &config, NULL), GARNER_OK);
    assert_int_equal(strlen(config.sources[0].name), 9 + 3 * 52 + 17);
    assert_int_equal(strlen(config.sources[1].name), 9 + 3 * 52 + 17 + 4);
    assert_string_equal(config.sources[1].request.url, text[1]);
    gn_config_fini(&config);
    gn_free(text[0]);
    gn_free(text[1]);
}

static void name_of_url(const char *url, bool is_crawl, char *name, size_t room)
{
    const struct gn_build_crawl crawl = {.bounds = {.depth = 1}};
    const struct gn_build build = {
        .urls = &url, .url_count = 1, .crawl = is_crawl ? &crawl : NULL};
    struct gn_config config;

    assert_int_equal(gn_config_build(&build, &config, NULL), GARNER_OK);
    snprintf(name, room, "%s", config.sources[0].name);
    gn_config_fini(&config);
}

/* In a store the name is all that tells a crawl, or a URL, from others. */
static void long_urls_that_begin_alike_have_names_of_their_own(void **state)
{
    char names[2][300];
    char url[300];
    int n = snprintf(url, sizeof url, "http://h/%0230d", 0);

    (void)state;
    for (int is_crawl = 0; is_crawl <= 1; is_crawl++) {
        for (int i = 0; i < 2; i++) {
            url[n - 1] = (char)('a' + i);
            name_of_url(url, is_crawl == 1, names[i], sizeof names[i]);
            assert_int_equal(strlen(names[i]), 184);
        }
        assert_memory_equal(names[0], url, 167);
        assert_memory_equal(names[0], names[1], 168);
        assert_string_not_equal(names[0], names[1]);
        assert_int_equal(names[0][167], '~');
    }
    url[184] = '\0'; /* as long as it may be */
    name_of_url(url, false, names[0], sizeof names[0]);
    assert_string_equal(names[0], url);
}

static void refused(const struct gn_build *build, const char *message)
{
    struct garner_error err;
    struct gn_config config;

    assert_int_equal(gn_config_build(build, &config, &err), GARNER_INVALID);
    assert_null(config.memory);
    if (strstr(err.message, message) == NULL)
        fail_msg("%s", err.message);
}

static void bad_values_are_refused(void **state)
{
    static const char *const bad_urls[] = {"http://b/", "http://u:pw@h:x/"};
    static const char *const bad_headers[] = {"Accept", NULL};
    static const char *const worse_headers[] = {"Ac cept: x", NULL};
    static const char *const bad_key[] = {""};
    static const struct gn_var bad_vars[] = {{"body", ""}};
    struct gn_build b = example();

    (void)state;
    b.urls = bad_urls;
    b.url_count = 2;
    refused(&b, "http://u:***@h:x/: URL has a port");
    b = example();
    b.var_count = 0;
    refused(&b, "https://u:***@example.org/{id}: the URL has {id}");
    b = example();
    b.request.headers = bad_headers;
    refused(&b, "header \"Accept\" has no colon");
    b.request.headers = worse_headers;
    refused(&b, "no header name");
    b = example();
    b.request.method = "GET it";
    refused(&b, "no HTTP method");
    b = example();
    b.request.user_agent = "a\nb";
    refused(&b, "one line");
    b = example();
    b.schedule.jitter_ms = 1000;
    refused(&b, "jitter");
    b = example();
    b.vars = bad_vars;
    refused(&b, "named body");
    b = example();
    b.rows.table = "sqlite_x";
    refused(&b, "sqlite_");
    b = example();
    b.rows.key = bad_key;
    b.rows.key_count = 1;
    refused(&b, "column");
    b = example();
    b.rows.sql = NULL;
    refused(&b, "needs SQL");
}

static void the_urls_of_a_crawl_are_one_source(void **state)
{
    static const char *const starts[] = {"HTTP://B/{id}", "http://c/"};
    const struct gn_build_crawl crawl = {.bounds = {.depth = 1}};
    struct gn_build build = example();
    struct gn_config config;

    (void)state;
    build.urls = starts;
    build.url_count = 2;
    build.crawl = &crawl;
    refused(&build, "by GET");
    build.request.method = NULL;
    build.request.body = NULL;
    build.request.body_size = 0;
    assert_int_equal(gn_config_build(&build, &config, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 1);
    assert_string_equal(config.sources->name, "http://b/a%20b http://c/");
    assert_string_equal(config.sources->request.url, "http://b/a%20b");
    assert_int_equal(config.sources->crawl->start_count, 2);
    assert_int_equal(config.sources->crawl->bounds.depth, 1);
    assert_string_equal(config.sources->rows->table, "t");
    gn_config_fini(&config);
    for (unsigned nth = 1;; nth++) {
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_config_build(&build, &config, NULL);
        gn_mem_fail_at(0);
        gn_config_fini(&config);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_true(nth < 200);
    }
}

static void lost_memory_is_told(void **state)
{
    const struct gn_build build = example();

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct gn_config config;
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_config_build(&build, &config, NULL);
        gn_mem_fail_at(0);
        gn_config_fini(&config);
        if (code == GARNER_OK) {
            assert_true(nth > 5);
            break;
        }
        assert_int_equal(code, GARNER_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_url_becomes_a_source),
        cmocka_unit_test(a_password_is_a_secret),
        cmocka_unit_test(a_long_url_has_a_name_that_fits),
        cmocka_unit_test(long_urls_that_begin_alike_have_names_of_their_own),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(the_urls_of_a_crawl_are_one_source),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
