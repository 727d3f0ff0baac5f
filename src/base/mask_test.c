/* mask_test.c - secrets are found however they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mask.h"
#include "base/mem.h"

static const char *const secrets[] = {"s3cret", "a b/c%d", "%25xyz", "7",
                                      "cretXY", "",        NULL};

static void mask_long(struct gn_buf *out, const char *text,
                      const char *const *list)
{
    gn_mask(out, text, list, GN_MASK_LONG);
}

static void each(void (*mask)(struct gn_buf *, const char *,
                              const char *const *),
                 const char *const (*cases)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct gn_buf out = {0};

        mask(&out, cases[i][0], secrets);
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
        gn_buf_fini(&out);
    }
}

static void a_text_is_rid_of_long_ones(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"nothing in 7 here", "nothing in 7 here"},
        {"s3cret", "***"},
        {"xs3crets3cretx", "x******x"},
        {"s3cretXY", "***"}, /* where one ends in another */
        {"s3cre", "s3cre"},
        {"S3CRET", "S3CRET"},
        {"%733cr%65t", "***"},
        {"=a b/c%d&", "=***&"},
        {"=a+b%2fc%25d&", "=***&"},
        {"=a%20b%2Fc%25d&", "=***&"},
        {"=a%2520b%252Fc%2525d&", "=***&"},
        {"=a%252520b%25252Fc%252525d&", "=***&"},
        {"=a%20b%2Fc%25%25d", "=a%20b%2Fc%25%25d"},
        {"=%25xyz&", "=***&"}, /* as it is, not decoded */
        {"=%2525xyz&", "=***&"},
        {"%", "%"},
        {"%7", "%7"},
        {"s3cre%7", "s3cre%7"},
        {"s3cre%", "s3cre%"},
    };

    (void)state;
    each(mask_long, cases, sizeof cases / sizeof cases[0]);
}

static void mask_pieces(struct gn_buf *out, const char *text,
                        const char *const *list)
{
    gn_mask_pieces(out, text, list, GN_MASK_LONG);
}

static void of_pieces_what_a_cut_has_left_is_hidden(void **state)
{
    static const char *const cases[][2] = {
        {"nothing in 7 here", "nothing in 7 here"},
        {"as s3cret is", "as *** is"},
        {"found \"x a b/c%... in", "found \"x ***... in"},
        {"found \"x a b/c...\"", "found \"x a b/c...\""}, /* too little */
        {"found \"x a b/c%d...", "found \"x ***..."},
        {"found \"x a%20b/c%25", "found \"x ***"},
        {"a b/c% x", "a b/c% x"}, /* no cut */
        {"...%25xyz", "...***"},
        {"... b/c%d", "...***"},
        {"...b/c%d", "...b/c%d"}, /* too little */
        {"x b/c%d", "x b/c%d"},
        {"a b/c%^d", "***^d"},
        {"a^ b/c%d", "a^***"},
    };

    (void)state;
    each(mask_pieces, cases, sizeof cases / sizeof cases[0]);
}

static void of_a_beginning_what_goes_on_behind_it(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *masked;
    } cases[] = {
        {"a s3cret b", 10, "a *** b"}, {"a s3cret b", 8, "a ***"},
        {"a s3cret b", 5, "a ***"},    {"a s3cret b", 2, "a "},
        {"a s3cre", 7, "a s3cre"},     {"s3cret", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_mask_first(&out, cases[i].text, cases[i].size, secrets,
                      GN_MASK_LONG);
        assert_string_equal(gn_buf_cstr(&out), cases[i].masked);
        gn_buf_fini(&out);
    }
}

static void a_url_is_rid_of_short_ones_from_its_path_on(void **state)
{
    static const char *const cases[][2] = {
        {"http://127.0.0.1:7/", "http://127.0.0.1:7/"},
        {"http://h7/7?a=7#7", "http://h7/***?a=***#***"},
        {"http://h7?7", "http://h7?***"},
        {"http://s3cret.example/", "http://***.example/"},
        {"http://h.s3cret/s3cret", "http://h.***/***"},
        {"no URL, 7", "no URL, ***"},
        {"http://h/?next=http%3A%2F%2Fi%2F7", "http://h/?next=http%3A%2F%2Fi%"
                                              "2F***"},
    };

    (void)state;
    each(gn_mask_url, cases, sizeof cases / sizeof cases[0]);
}

static void short_ones_are_hidden_where_asked(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mask(&out, "7 of 17", secrets, 1);
    assert_string_equal(gn_buf_cstr(&out), "*** of 1***");
    gn_buf_fini(&out);
}

static void without_secrets_nothing_changes(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mask(&out, "s3cret 7", NULL, 1);
    gn_mask_url(&out, "http://h/7", NULL);
    assert_string_equal(gn_buf_cstr(&out), "s3cret 7http://h/7");
    gn_buf_fini(&out);
}

static void lost_memory_is_told(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(1);
    gn_mask(&out, "s3cret", secrets, 1);
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_rid_of_long_ones),
        cmocka_unit_test(of_pieces_what_a_cut_has_left_is_hidden),
        cmocka_unit_test(of_a_beginning_what_goes_on_behind_it),
        cmocka_unit_test(a_url_is_rid_of_short_ones_from_its_path_on),
        cmocka_unit_test(short_ones_are_hidden_where_asked),
        cmocka_unit_test(without_secrets_nothing_changes),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
