/* values_test.c - values that SQL gives, in place of a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/load_testing.h"

/* What the SQL gives; NULL at the end. */
struct table {
    const char *const *values;
    size_t count; /* not 0: so many numbers */
    const char *store;
    char sql[64];
    enum garner_code code;
};

static enum garner_code get(void *context, const char *store, const char *sql,
                            struct gn_arena *memory, struct gn_values *values,
                            struct garner_error *err)
{
    struct table *t = context;

    assert_string_equal(store, t->store);
    snprintf(t->sql, sizeof t->sql, "%s", sql);
    if (t->code != GARNER_OK)
        return gn_fail(err, t->code, "no such table: w");
    while (t->values != NULL && t->values[values->count] != NULL)
        values->count++;
    values->count += t->count;
    values->texts =
        gn_arena_alloc(memory, (values->count + 1) * sizeof(char *));
    if (values->texts == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    for (size_t i = 0; i < values->count; i++)
        values->texts[i] = t->values != NULL
                               ? t->values[i]
                               : gn_arena_printf(memory, "%zu", i);
    return GARNER_OK;
}

/* Loads lines of the source s, whose values t gives. */
static enum garner_code load(struct table *t, const char *lines,
                             struct gn_config *config, struct gn_buf *problems)
{
    const struct gn_values_way way = {.get = get, .context = t};
    char path[] = "/tmp/gn-values-XXXXXX";
    const int fd = mkstemp(path);
    struct garner_error err;
    enum garner_code code;

    assert_true(fd >= 0);
    assert_true(dprintf(fd, "sources: { s: { %s } }\ngarner: 1\nstore: x.db\n",
                        lines) > 0);
    assert_int_equal(close(fd), 0);
    t->store = "x.db";
    code = gn_config_load_with(path, &way, config, problems, &err);
    assert_int_equal(unlink(path), 0);
    return code;
}

#define LINES "url: 'http://h/{v}', vars: { v: { sql: select v from w } }"

static void each_makes_a_source(void **state)
{
    static const char *const values[] = {"b", "a", "b", "${env:HOME}", NULL};
    static const char *const names[] = {"s[b]", "s[a]", "s[$${env:HOME}]"};
    struct table t = {.values = values};
    struct gn_config config;

    (void)state;
    assert_int_equal(load(&t, LINES, &config, NULL), GARNER_OK);
    assert_string_equal(t.sql, "select v from w");
    assert_int_equal(config.source_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(config.sources[i].name, names[i]);
        assert_true(config.sources[i].of_list);
    }
    assert_string_equal(config.sources[2].vars[0].value, "${env:HOME}");
    assert_null(config.sources[2].request.secrets);
    gn_config_fini(&config);
}

/* So that others go on undisturbed when one comes or goes. */
static void one_is_the_same_whatever_the_others_are(void **state)
{
    static const char *const few[] = {"a", NULL};
    static const char *const more[] = {"b", "a", NULL};
    struct table t = {.values = few};
    struct gn_config config;
    uint64_t identity;

    (void)state;
    assert_int_equal(load(&t, LINES, &config, NULL), GARNER_OK);
    identity = config.sources[0].identity;
    gn_config_fini(&config);
    t.values = more;
    assert_int_equal(load(&t, LINES, &config, NULL), GARNER_OK);
    assert_string_equal(config.sources[1].name, "s[a]");
    assert_true(config.sources[1].identity == identity);
    gn_config_fini(&config);
    assert_int_equal(load(&t,
                          "url: 'http://h/{v}', vars: { v: { sql: select v } }",
                          &config, NULL),
                     GARNER_OK);
    assert_false(config.sources[1].identity == identity);
    gn_config_fini(&config);
}

static void there_may_be_none_or_very_many(void **state)
{
    static const char *const none[] = {NULL};
    struct table t = {.values = none};
    struct gn_buf problems = {0};
    struct gn_config config;

    (void)state;
    assert_int_equal(load(&t, LINES, &config, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 0);
    gn_config_fini(&config);
    t = (struct table){.count = 2500};
    assert_int_equal(load(&t, LINES, &config, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 2500);
    assert_string_equal(config.sources[2499].request.url, "http://h/2499");
    gn_config_fini(&config);
    t.count = GN_VALUES_MOST + 1;
    assert_int_equal(load(&t, LINES, &config, &problems), GARNER_INVALID);
    assert_non_null(strstr(gn_buf_cstr(&problems),
                           ":1:49: v: the SQL gives more than 100000 values"));
    gn_buf_fini(&problems);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *lines;
        const char *problem;
    } cases[] = {
        {LINES, ":1:49: v: no such table: w"},
        {"url: 'http://h/', vars: { v: { sql: '' } }", "sql is empty"},
        {"url: 'http://h/', vars: { v: {} }", "v is empty; write a text"},
        {"url: 'http://h/', vars: { v: { sq: x } }", "did you mean"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct table t = {.code = GARNER_SQL};
        struct gn_buf problems = {0};
        struct gn_config config;

        assert_int_equal(load(&t, cases[i].lines, &config, &problems),
                         GARNER_INVALID);
        if (strstr(gn_buf_cstr(&problems), cases[i].problem) == NULL)
            fail_msg("%s", gn_buf_cstr(&problems));
        gn_buf_fini(&problems);
    }
    bad_source("vars: { v: { sql: select 1 } } ",
               "3:12: v: SQL for values is not run here");
}

static void lost_memory_is_an_error(void **state)
{
    static const char *const values[] = {"b", "${a", NULL};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned n = 1; code == GARNER_NOMEM; n++) {
        struct table t = {.values = values};
        struct gn_config config;

        gn_mem_fail_at(n);
        code = load(&t, LINES, &config, NULL);
        gn_mem_fail_at(0);
        gn_config_fini(&config);
    }
    assert_int_equal(code, GARNER_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_makes_a_source),
        cmocka_unit_test(one_is_the_same_whatever_the_others_are),
        cmocka_unit_test(there_may_be_none_or_very_many),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
