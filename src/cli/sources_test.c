/* sources_test.c - flags become the sources they describe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/sources.h"

static const char *const urls[] = {"http://h/{name}", "http://i/"};

static void flags_are_those_of_every_source(void **state)
{
    const char *params[] = {"name=a=b"};
    const char *key[] = {"id"};
    const char *headers[] = {"X: y"};
    const struct gn_ask_flags ask = {
        .headers = {headers, 1}, .total_ms = 900, .private = "allow"};
    const struct gn_rows_flags rows = {.sql = "select 1 as id",
                                       .table = "t",
                                       .key = {key, 1},
                                       .params = {params, 1}};
    const struct gn_sources sources = {
        .ask = &ask,
        .rows = &rows,
        .schedule = {.every_ms = 1000, .align = true},
        .ack = GARNER_QUEUED,
        .unconditional = true,
        .retries = 3};
    struct gn_config config;

    (void)state;
    assert_int_equal(gn_sources_build(&sources, urls, 2, &config, NULL),
                     GARNER_OK);
    assert_int_equal(config.source_count, 2);
    assert_string_equal(config.sources[0].request.url, "http://h/a%3Db");
    for (size_t i = 0; i < 2; i++) {
        const struct gn_source *s = &config.sources[i];

        assert_string_equal(s->request.headers[0], "X: y");
        assert_int_equal(s->request.limits.total_ms, 900);
        assert_int_equal(s->schedule.every_ms, 1000);
        assert_true(s->schedule.align);
        assert_int_equal(s->ack, GARNER_QUEUED);
        assert_true(s->unconditional);
        assert_true(s->allows_private);
        assert_int_equal(s->retry.times, 3);
        assert_int_equal(s->row_spec_count, 1);
        assert_string_equal(s->rows[0].table, "t");
        assert_string_equal(s->rows[0].key[0], "id");
        assert_string_equal(s->vars[0].name, "name");
        assert_string_equal(s->vars[0].value, "a=b");
    }
    gn_config_fini(&config);
}

static void flags_that_need_each_other_say_so(void **state)
{
    const char *words[] = {"x"};
    const struct {
        struct gn_rows_flags rows;
        const char *message;
    } cases[] = {
        {{.table = "t"}, "add --sql"},
        {{.sql = "select 1 as a"}, "add --into"},
        {{.key = {words, 1}}, "--key x"},
        {{.params = {words, 1}}, "write it name=value"},
    };
    const struct gn_ask_flags ask = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_sources sources = {
            .ask = &ask, .rows = &cases[i].rows, .ack = GARNER_SYNCED};
        struct gn_config config;
        struct garner_error err = {0};

        assert_int_equal(gn_sources_build(&sources, urls, 2, &config, &err),
                         GARNER_INVALID);
        assert_non_null(strstr(err.message, cases[i].message));
    }
}

static void a_crawl_is_one_source(void **state)
{
    const struct gn_ask_flags ask = {0};
    const struct gn_rows_flags rows = {0};
    const struct gn_build_crawl crawl = {.bounds = {.depth = 2}};
    const struct gn_sources sources = {
        .ask = &ask, .rows = &rows, .crawl = &crawl};
    struct gn_config config;

    (void)state;
    assert_int_equal(gn_sources_build(&sources,
                                      (const char *const[]){"http://h"}, 1,
                                      &config, NULL),
                     GARNER_OK);
    assert_int_equal(config.source_count, 1);
    assert_int_equal(config.sources->crawl->bounds.depth, 2);
    assert_string_equal(config.sources->name, "http://h/");
    gn_config_fini(&config);
}

static void words_say_when_it_is_stored(void **state)
{
    (void)state;
    assert_int_equal(gn_sources_ack(NULL), GARNER_SYNCED);
    assert_int_equal(gn_sources_ack("synced"), GARNER_SYNCED);
    assert_int_equal(gn_sources_ack("committed"), GARNER_COMMITTED);
    assert_int_equal(gn_sources_ack("queued"), GARNER_QUEUED);
}

static void lost_memory_is_an_error(void **state)
{
    const char *params[] = {"name=a"};
    const struct gn_ask_flags ask = {
        .reach = {.user = "u:p"}, .data = {params, 1}, .get = true};
    const struct gn_rows_flags rows = {.params = {params, 1}};
    const struct gn_sources sources = {.ask = &ask, .rows = &rows};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code == GARNER_NOMEM; nth++) {
        struct gn_config config;

        gn_mem_fail_at(nth);
        code = gn_sources_build(&sources, urls, 2, &config, NULL);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            gn_config_fini(&config);
        assert_true(nth < 100);
    }
    assert_int_equal(code, GARNER_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_are_those_of_every_source),
        cmocka_unit_test(flags_that_need_each_other_say_so),
        cmocka_unit_test(a_crawl_is_one_source),
        cmocka_unit_test(words_say_when_it_is_stored),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
