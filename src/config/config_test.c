/* config_test.c - sources kept by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "config/config.h"

static void named_sources_are_kept_in_their_order(void **state)
{
    struct gn_source sources[] = {
        {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
    struct gn_config config = {.sources = sources, .source_count = 4};
    const char *const names[] = {"d", "b", "d"};

    (void)state;
    assert_int_equal(gn_config_keep(&config, names, 0, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 4);
    assert_int_equal(gn_config_keep(&config, names, 3, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 2);
    assert_string_equal(config.sources[0].name, "b");
    assert_string_equal(config.sources[1].name, "d");
    gn_config_fini(&config);
    assert_null(config.sources);
}

static void an_unknown_name_drops_nothing(void **state)
{
    struct gn_source sources[] = {{.name = "rates"}, {.name = "news"}};
    struct gn_config config = {.sources = sources, .source_count = 2};
    const char *const near[] = {"news", "rate"};
    const char *const far[] = {"weather"};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_config_keep(&config, near, 2, &err), GARNER_NOTFOUND);
    assert_string_equal(err.message,
                        "no source is named \"rate\"; did you mean \"rates\"?");
    assert_int_equal(gn_config_keep(&config, far, 1, &err), GARNER_NOTFOUND);
    assert_string_equal(err.message, "no source is named \"weather\"");
    assert_int_equal(config.source_count, 2);
}

static void columns_fit_the_way_they_are_written(void **state)
{
    static char *sql[] = {"id", "Valid_To"};
    const struct gn_column declared[] = {{"ID", "text"}, {"x", "date"}};
    const char *const unique[] = {"y"};
    const struct gn_rows_expect expect = {.unique = unique, .unique_count = 1};
    struct gn_rows_spec spec = {.columns = declared, .column_count = 1};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_config_check_columns(&spec, sql, 2, &err), GARNER_OK);
    spec.column_count = 2;
    assert_int_equal(gn_config_check_columns(&spec, sql, 2, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message, "\"x\", which columns names, is no column "
                                     "of the SQL; name one of its columns");
    spec.column_count = 0;
    spec.conflict = GN_CONFLICT_HISTORY;
    assert_int_equal(gn_config_check_columns(&spec, sql, 2, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message,
                        "the SQL gives a column Valid_To, which conflict: "
                        "history fills in itself; give it another name");
    assert_int_equal(gn_config_check_columns(&spec, sql, 1, &err), GARNER_OK);
    spec.expect = &expect;
    assert_int_equal(gn_config_check_columns(&spec, sql, 1, &err),
                     GARNER_INVALID);
}

static void ways_to_write_are_compared(void **state)
{
    const struct gn_column a[] = {{"x", "date"}};
    const struct gn_column b[] = {{"x", "text"}};
    const struct gn_rows_spec plain = {.table = "t"};
    const struct gn_rows_spec others[] = {
        {.conflict = GN_CONFLICT_KEEP},
        {.new_columns = GN_COLUMNS_FREEZE},
        {.columns = a, .column_count = 1},
        {.columns = b, .column_count = 1},
        {.parent = &plain},
    };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_false(gn_config_same_way(&plain, &others[i]));
        for (size_t k = 0; k < 5; k++)
            assert_int_equal(gn_config_same_way(&others[i], &others[k]),
                             i == k);
    }
    assert_true(gn_config_takes_away(GN_CONFLICT_HISTORY));
    assert_true(gn_config_takes_away(GN_CONFLICT_WHOLE));
    assert_false(gn_config_takes_away(GN_CONFLICT_ERROR));
}

static void tags_and_globs_mean_several(void **state)
{
    static const char *const daily[] = {"daily", NULL};
    static const char *const both[] = {"far", "daily", NULL};
    struct gn_source sources[] = {{.name = "de.rates", .tags = daily},
                                  {.name = "de.news", .tags = both},
                                  {.name = "fr.rates"},
                                  {.name = "*"}};
    static const struct {
        const char *words[2];
        size_t count;
        const char *kept;
    } cases[] = {
        {{"daily"}, 1, "de.rates de.news "},
        {{"far", "fr.rates"}, 2, "de.news fr.rates "},
        {{"de.*"}, 1, "de.rates de.news "},
        {{"*.rates", "far"}, 2, "de.rates de.news fr.rates "},
        {{"[d]e.n?ws"}, 1, "de.news "},
        {{"\\*"}, 1, "* "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_source copies[4];
        struct gn_config config = {.sources = copies, .source_count = 4};
        char kept[100] = "";

        memcpy(copies, sources, sizeof copies);
        assert_int_equal(
            gn_config_keep(&config, cases[i].words, cases[i].count, NULL),
            GARNER_OK);
        for (size_t k = 0; k < config.source_count; k++) {
            const size_t at = strlen(kept);

            snprintf(kept + at, sizeof kept - at, "%s ", copies[k].name);
        }
        assert_string_equal(kept, cases[i].kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_sources_are_kept_in_their_order),
        cmocka_unit_test(an_unknown_name_drops_nothing),
        cmocka_unit_test(columns_fit_the_way_they_are_written),
        cmocka_unit_test(ways_to_write_are_compared),
        cmocka_unit_test(tags_and_globs_mean_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
