/* prepare_test.c - what is wrong with SQL is known, with its place, before
 * anything is fetched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/prepare.h"

static struct gn_config one_source(const struct gn_rows_spec *rows)
{
    static struct gn_source source;
    static const struct gn_var vars[] = {{"symbol", "ABC"}};

    source = (struct gn_source){.name = "a",
                                .rows = rows,
                                .row_spec_count = 1,
                                .vars = vars,
                                .var_count = 1};
    return (struct gn_config){.sources = &source, .source_count = 1};
}

static void sql_may_use_its_parameters_and_vars(void **state)
{
    static const char *const key[] = {"ID"};
    const struct gn_rows_spec rows = {
        .sql = "select value as id, :symbol as s, :fetched_at as at, :headers "
               "as h, :url as d from json_each(:body)",
        .key = key,
        .key_count = 1};
    const struct gn_config config = one_source(&rows);
    struct gn_rowset columns = {0};

    (void)state;
    assert_int_equal(gn_prepare_sql(&config, NULL), GARNER_OK);
    assert_int_equal(gn_prepare_columns(config.sources, &columns, NULL),
                     GARNER_OK);
    assert_int_equal(columns.column_count, 5);
    assert_string_equal(columns.columns[1], "s");
    gn_rowset_fini(&columns);
}

static void columns_are_told_with_their_place(void **state)
{
    static const char *const key[] = {"ID"};
    const struct gn_rows_spec rows = {.table = "t",
                                      .sql = "select 1 as x, 2 as id",
                                      .key = key,
                                      .key_count = 1,
                                      .line = 7};
    struct gn_config config = one_source(&rows);
    struct gn_buf text = {0};

    (void)state;
    config.path = "g.yaml";
    assert_int_equal(gn_prepare_tell(&config, &text, NULL), GARNER_OK);
    assert_string_equal(gn_buf_cstr(&text), "g.yaml:7: source a: t (x, id*)\n");
    gn_buf_fini(&text);
}

/* What of them is wrong is in engine/sqlcheck_test.c. */
static void rows_and_links_are_checked(void **state)
{
    static const char *const key[] = {"id"};
    static const struct gn_rows_spec good = {.sql = "select :depth as d"};
    static const struct gn_rows_spec keyless = {
        .sql = "select 1 as a", .key = key, .key_count = 1};
    static const struct gn_crawl links = {.follow = "a"};
    static const struct gn_crawl broken = {.follow = "a["};
    static const struct {
        const struct gn_rows_spec *rows;
        const struct gn_crawl *crawl;
        enum garner_code code;
    } cases[] = {
        {&good, &links, GARNER_OK},
        {&keyless, &links, GARNER_INVALID},
        {&good, &broken, GARNER_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_config config = one_source(cases[i].rows);
        struct garner_error err = {0};

        config.sources[0].crawl = cases[i].crawl;
        assert_int_equal(gn_prepare_sql(&config, &err), cases[i].code);
        assert_int_equal(err.message[0] != '\0', cases[i].code != GARNER_OK);
    }
}

/* Loads text as a file and gives what is said of it. */
static enum garner_code load(const char *text, char said[2048])
{
    char path[] = "/tmp/prepare_test.XXXXXX";
    struct gn_config config;
    struct gn_buf problems = {0};
    struct garner_error err = {0};
    const int fd = mkstemp(path);
    enum garner_code code;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    code = gn_prepare_load(path, NULL, &config, &problems, &err);
    /* What is said without the name, which differs each time. */
    snprintf(said, 2048, "%s",
             problems.size > 0 ? gn_buf_cstr(&problems) + strlen(path) : "");
    if (code == GARNER_OK)
        gn_config_fini(&config);
    else
        assert_memory_equal(err.message, path, strlen(path));
    gn_buf_fini(&problems);
    assert_int_equal(unlink(path), 0);
    return code;
}

#define HEAD                                                                   \
    "garner: 1\nsources:\n  a:\n    url: http://h/\n    rows:\n      table: "  \
    "t\n"

static void places_are_those_in_the_file(void **state)
{
    char said[2048];

    (void)state;
    assert_int_equal(
        load(HEAD "      sql: |\n        select value as v,\n"
                  "          valu as w\n        from json_each(:body)\n",
             said),
        GARNER_INVALID);
    assert_memory_equal(said, ":9:11: source a: ", 17);
    assert_non_null(strstr(said, "no such column: valu"));
    assert_int_equal(load(HEAD "      sql: select valu\n", said),
                     GARNER_INVALID);
    assert_memory_equal(said, ":7:19: source a: ", 17);
    assert_int_equal(load(HEAD "      sql: select 1 as v\n", said), GARNER_OK);
    assert_string_equal(said, "");
}

static void what_is_expected_must_be_a_column(void **state)
{
    char said[2048];

    (void)state;
    assert_int_equal(load(HEAD "      sql: select 1 as v, 2 as w\n"
                               "      expect: { not_null: V, unique: w }\n",
                          said),
                     GARNER_OK);
    assert_int_equal(load(HEAD
                          "      sql: select 1 as v\n"
                          "      expect: { not_null: v, unique: [v, w] }\n",
                          said),
                     GARNER_INVALID);
    assert_string_equal(said,
                        ":7:12: source a: \"w\", which expect names, is "
                        "no column of the SQL; name one of its columns\n");
}

static void a_table_has_one_key(void **state)
{
    static const char other[] = "  b:\n    url: http://h/\n    rows:\n"
                                "      table: T\n      sql: select 1 as V\n";
    char text[512];
    char said[2048];

    (void)state;
    snprintf(text, sizeof text, "%s      sql: select 1 as v\n%s", HEAD, other);
    assert_int_equal(load(text, said), GARNER_OK);
    snprintf(text, sizeof text, "%s      sql: select 1 as v\n%s      key: V\n",
             HEAD, other);
    assert_int_equal(load(text, said), GARNER_INVALID);
    assert_string_equal(said, ":12:12: source b: table T has another key here "
                              "than in source a (line 7); give it the same\n");
    snprintf(text, sizeof text,
             "%s      key: v\n      sql: select 1 as v\n%s      key: V\n", HEAD,
             other);
    assert_int_equal(load(text, said), GARNER_OK);
}

static void faults_of_the_file_itself_come_first(void **state)
{
    char said[2048];

    (void)state;
    assert_int_equal(load(HEAD "      sql: select valu\nx: y\n", said),
                     GARNER_INVALID);
    assert_memory_equal(said, ":8:1: ", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_may_use_its_parameters_and_vars),
        cmocka_unit_test(columns_are_told_with_their_place),
        cmocka_unit_test(rows_and_links_are_checked),
        cmocka_unit_test(places_are_those_in_the_file),
        cmocka_unit_test(what_is_expected_must_be_a_column),
        cmocka_unit_test(a_table_has_one_key),
        cmocka_unit_test(faults_of_the_file_itself_come_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
