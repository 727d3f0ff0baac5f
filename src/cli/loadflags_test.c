/* loadflags_test.c - what the flags of insert and upsert mean, and which do not
 * go together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/loadflags.h"

static enum garner_code read_flags(const struct gn_load_flags *flags,
                                   struct gn_arena *memory,
                                   struct gn_rows_spec *spec,
                                   struct garner_error *err)
{
    struct gn_intake_options options;
    const enum garner_code code = gn_loadflags_intake(flags, &options, err);

    return code == GARNER_OK ? gn_loadflags_spec(flags, memory, spec, err)
                             : code;
}

#define ONE(text)                                                              \
    {                                                                          \
        (const char *[]){text}, 1                                              \
    }

static void flags_that_cannot_be_are_told(void **state)
{
    const struct {
        struct gn_load_flags flags;
        const char *said;
    } cases[] = {
        {{.csv = true, .lines = true}, "choose one of --csv"},
        {{.text = true, .lines = true}, "choose one of --csv"},
        {{.flatten = true, .csv = true}, "--flatten is for JSON"},
        {{.flatten = true, .text = true}, "--flatten is for JSON"},
        {{.flatten = true, .sniff = true}, "are for CSV; leave them out"},
        {{.lines = true, .delimiter = ";"}, "are for CSV; leave them out"},
        {{.json = true, .no_headers = true}, "are for CSV; leave them out"},
        {{.text = true, .quotechar = "'"}, "are for CSV; leave them out"},
        {{.lines = true, .detect_types = true}, "are for CSV; leave them out"},
        {{.text = true, .empty_null = true}, "are for CSV; leave them out"},
        {{.delimiter = ";;"}, "one ASCII character each"},
        {{.quotechar = "\xc3"}, "one ASCII character each"},
        {{.encoding = "cp437"}, "--encoding cp437: no browser knows it"},
        {{.encoding = ""}, "--encoding : no browser knows it"},
        {{.encoding = "a-name-that-is-longer-than-any-other-is"},
         "no browser knows it"},
        {{.types = ONE("x")}, "--type x: write COLUMN=TYPE"},
        {{.types = ONE("x=a)b")}, "--type x=a)b: \"a)b\" is no type"},
        {{.not_null = ONE("")}, "--not-null needs the name of a column"},
        {{.defaults = ONE("x")}, "--default x: write COLUMN=VALUE"},
        {{.defaults = ONE("=x")}, "--default =x: write COLUMN=VALUE"},
        {{.defaults = {(const char *[]){"x=1", "X="}, 2}},
         "--default gives X two values"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_arena memory = {0};
        struct gn_rows_spec spec = {0};
        struct garner_error err = {0};

        assert_int_equal(read_flags(&cases[i].flags, &memory, &spec, &err),
                         GARNER_INVALID);
        if (strstr(err.message, cases[i].said) == NULL)
            fail_msg("%zu: %s", i, err.message);
        gn_arena_clear(&memory);
    }
}

static void the_format_is_said_by_what_it_alone_has(void **state)
{
    static const struct {
        struct gn_load_flags flags;
        enum gn_intake_format format;
    } cases[] = {
        {{.csv = false}, GN_INTAKE_GUESS},
        {{.encoding = "latin1"}, GN_INTAKE_GUESS},
        {{.detect_types = true}, GN_INTAKE_GUESS},
        {{.delimiter = ";"}, GN_INTAKE_CSV},
        {{.sniff = true, .tsv = true}, GN_INTAKE_TSV},
        {{.flatten = true}, GN_INTAKE_JSON},
        {{.flatten = true, .nl = true}, GN_INTAKE_JSON},
        {{.lines = true}, GN_INTAKE_LINES},
        {{.text = true}, GN_INTAKE_TEXT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_intake_options options;

        assert_int_equal(gn_loadflags_intake(&cases[i].flags, &options, NULL),
                         GARNER_OK);
        assert_int_equal(options.format, cases[i].format);
        assert_int_equal(options.flatten, cases[i].flags.flatten);
    }
}

static void encodings_go_by_their_names_in_python_too(void **state)
{
    static const char *const cases[][2] = {
        {"latin1", "windows-1252"},  {"latin-1", "windows-1252"},
        {"Latin_1", "windows-1252"}, {"UTF8", "utf-8"},
        {"utf-8-sig", "utf-8"},      {"utf_8_sig", "utf-8"},
        {"utf_16", "utf-16le"},      {"shift-jis", "shift_jis"},
        {"euc_jp", "euc-jp"},        {"iso8859_15", "iso-8859-15"},
        {"cp1250", "windows-1250"},  {"big5", "big5"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_load_flags flags = {.encoding = cases[i][0]};
        struct gn_intake_options options;

        assert_int_equal(gn_loadflags_intake(&flags, &options, NULL),
                         GARNER_OK);
        assert_string_equal(options.charset->name, cases[i][1]);
    }
}

static void is_default(const struct gn_default *d, const char *sql,
                       const char *type)
{
    assert_string_equal(d->name, "x");
    assert_string_equal(d->sql, sql);
    assert_string_equal(d->type, type);
}

static void a_default_is_what_sqlite_utils_takes_it_for(void **state)
{
    static const char *const cases[][3] = {
        {"x=5", "'5'", "INTEGER"},
        {"x=-1.50", "'-1.50'", "REAL"},
        {"x=007", "'007'", "TEXT"},
        {"x=", "''", "TEXT"},
        {"x=it's", "'it''s'", "TEXT"},
        {"x='a''b'", "'a''b'", "TEXT"},
        {"x='a'b'", "'''a''b'''", "TEXT"},
        {"x='a''", "'''a'''''", "TEXT"},
        {"x='", "''''", "TEXT"},
        {"x=Current_Date", "Current_Date", "TEXT"},
        {"x=current_timestamp", "current_timestamp", "TEXT"},
        {"x=CURRENT_TIME", "CURRENT_TIME", "TEXT"},
        {"x=datetime('now')", "(datetime('now'))", ""},
        {"x=(1 + 2)", "((1 + 2))", ""},
        {"x=unknown (none)", "'unknown (none)'", "TEXT"},
        {"x=a=b", "'a=b'", "TEXT"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_load_flags flags = {.defaults = ONE(cases[i][0])};
        struct gn_arena memory = {0};
        struct gn_rows_spec spec = {0};

        assert_int_equal(read_flags(&flags, &memory, &spec, NULL), GARNER_OK);
        if (spec.making.default_count != 1 || spec.making.defaults == NULL)
            fail_msg("%s has no default", cases[i][0]);
        else
            is_default(spec.making.defaults, cases[i][1], cases[i][2]);
        gn_arena_clear(&memory);
    }
}

static void a_table_is_made_as_they_say(void **state)
{
    const struct gn_load_flags flags = {
        .strict = true,
        .not_null = ONE("a"),
        .types = {(const char *[]){"b=text", "c=date"}, 2}};
    struct gn_arena memory = {0};
    struct gn_rows_spec spec = {.table = "t"};

    (void)state;
    assert_int_equal(read_flags(&flags, &memory, &spec, NULL), GARNER_OK);
    assert_true(spec.making.strict);
    assert_int_equal(spec.making.not_null_count, 1);
    assert_ptr_equal(spec.making.not_null, flags.not_null.items);
    assert_int_equal(spec.making.default_count, 0);
    if (spec.column_count != 2 || spec.columns == NULL)
        fail_msg("%zu columns", spec.column_count);
    else
        assert_string_equal(spec.columns[1].name, "c");
    assert_string_equal(spec.table, "t");
    gn_arena_clear(&memory);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_load_flags flags = {.defaults = ONE("x=f(1)"),
                                        .types = ONE("x=int")};
    bool ok = false;

    (void)state;
    for (unsigned nth = 1; !ok; nth++) {
        struct gn_arena memory = {0};
        struct gn_rows_spec spec = {0};
        struct garner_error err = {0};

        assert_true(nth < 20);
        gn_mem_fail_at(nth);
        ok = read_flags(&flags, &memory, &spec, &err) == GARNER_OK;
        gn_mem_fail_at(0);
        assert_true(ok || err.code == GARNER_NOMEM);
        assert_true(!ok || nth > 1);
        gn_arena_clear(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_that_cannot_be_are_told),
        cmocka_unit_test(the_format_is_said_by_what_it_alone_has),
        cmocka_unit_test(encodings_go_by_their_names_in_python_too),
        cmocka_unit_test(a_default_is_what_sqlite_utils_takes_it_for),
        cmocka_unit_test(a_table_is_made_as_they_say),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
