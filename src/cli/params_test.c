/* params_test.c - named parameters find their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/params.h"

enum { MOST = 4 };

struct bound {
    struct garner_value values[GN_PARAMS_MAX];
    size_t used;
    struct garner_error err;
    enum garner_code code;
};

static void bind(struct bound *b, const char *sql, const char *const *texts)
{
    size_t count = 0;

    while (count < MOST && texts[count] != NULL)
        count++;
    memset(b, 0, sizeof *b);
    b->code = gn_params_bind(sql, texts, count, b->values, &b->used, &b->err);
}

static void is_text(const struct garner_value *v, const char *text)
{
    assert_int_equal(v->type, GARNER_TEXT);
    assert_int_equal(v->bytes.size, strlen(text));
    assert_memory_equal(v->bytes.data, text, v->bytes.size);
}

static void places_follow_the_first_use_of_a_name(void **state)
{
    const char *const texts[MOST + 1] = {"a=first", "b=2", "c=x=y"};
    struct bound b;

    (void)state;
    bind(&b, "select :b, @a, :b, $c", texts);
    assert_int_equal(b.code, GARNER_OK);
    assert_int_equal(b.used, 3);
    assert_int_equal(b.values[0].integer, 2);
    is_text(&b.values[1], "first");
    is_text(&b.values[2], "x=y");
}

static void quotes_comments_and_names_hide_colons(void **state)
{
    const char *const texts[MOST + 1] = {"a=1"};
    struct bound b;

    (void)state;
    bind(&b,
         "select ':x', 'it''s :y', \":z\", [:w], `:v` /* :u */ -- :t\n"
         ", x$s, :a",
         texts);
    assert_int_equal(b.code, GARNER_OK);
    assert_int_equal(b.used, 1);
    bind(&b, "select ':unfinished", (const char *const[MOST + 1]){NULL});
    assert_int_equal(b.code, GARNER_OK);
    bind(&b, "select 1 /* :unfinished", (const char *const[MOST + 1]){NULL});
    assert_int_equal(b.code, GARNER_OK);
    bind(&b, "select 1 - -2 / 3 : 4", (const char *const[MOST + 1]){NULL});
    assert_int_equal(b.code, GARNER_OK);
}

static void what_does_not_fit_is_named(void **state)
{
    static const struct {
        const char *sql;
        const char *text;
        const char *message;
    } cases[] = {
        {"select :a", NULL, "the SQL asks for :a: add -p a=VALUE"},
        {"select 1", "a=1", "the SQL has no :a"},
        {"select :a", "a", "write it name=value"},
        {"select :a", "=1", "write it name=value"},
        {"select ?", NULL, "name the parameter"},
        {"select ?1", "1=2", "name the parameter"},
    };
    struct bound b;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const texts[MOST + 1] = {cases[i].text};

        bind(&b, cases[i].sql, texts);
        assert_int_equal(b.code, GARNER_INVALID);
        assert_non_null(strstr(b.err.message, cases[i].message));
    }
}

static void too_many_are_refused(void **state)
{
    static char sql[GN_PARAMS_MAX * 8 + 32] = "select 1";
    static char names[GN_PARAMS_MAX + 1][8];
    const char *texts[GN_PARAMS_MAX + 1];
    struct bound b;

    (void)state;
    for (int i = 0; i <= GN_PARAMS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "p%d=1", i);
        texts[i] = names[i];
        snprintf(sql + strlen(sql), 8, ",:p%d", i);
    }
    assert_int_equal(gn_params_bind(sql, texts, GN_PARAMS_MAX + 1, b.values,
                                    &b.used, &b.err),
                     GARNER_INVALID);
    assert_int_equal(
        gn_params_bind(sql, texts, GN_PARAMS_MAX, b.values, &b.used, &b.err),
        GARNER_INVALID);
}

static void numbers_are_those_written_as_sqlite_does(void **state)
{
    static const char *const texts[] = {"",    "007", "+1",   "1 ", "0x10",
                                        "inf", "nan", "1e",   "--", "12a",
                                        "-",   ".",   "1.5.2"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        is_text((struct garner_value[]){gn_params_value(texts[i])}, texts[i]);
    assert_int_equal(gn_params_value("-12").type, GARNER_INTEGER);
    assert_int_equal(gn_params_value("-12").integer, -12);
    assert_int_equal(gn_params_value("9223372036854775807").integer, INT64_MAX);
    assert_int_equal(gn_params_value("9223372036854775808").type, GARNER_TEXT);
    assert_int_equal(gn_params_value("1.5").type, GARNER_REAL);
    assert_true(gn_params_value("-1.5e3").real == -1500.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_follow_the_first_use_of_a_name),
        cmocka_unit_test(quotes_comments_and_names_hide_colons),
        cmocka_unit_test(what_does_not_fit_is_named),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(numbers_are_those_written_as_sqlite_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
