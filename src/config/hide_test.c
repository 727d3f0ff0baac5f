/* hide_test.c - what is a secret in a URL, and what is its host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/hide.h"

static void what_a_url_hides(void **state)
{
    static const struct {
        const char *url;
        const char *in_url;
        const char *other;
        const char *hidden[3];
    } cases[] = {
        {"http://h/?k=abc", "abc", NULL, {"abc"}},
        {"http://h/?k=a", "a", NULL, {"a"}},
        {"http://h/?k=", "", NULL, {NULL}},
        {"http://h/?k=a%20b", "a b", NULL, {"a b"}},
        {"http://me:pw@h/", "pw", NULL, {"pw"}},
        {"http://localhost:80/", "localhost", NULL, {NULL}},
        {"http://localhost:80/", "localhost:80", NULL, {NULL}},
        {"http://localhost:80/", "http", NULL, {NULL}},
        {"http://localhost/localhost", "localhost", NULL, {"localhost"}},
        {"http://h/hook/t", "http://h/hook/t", NULL, {"hook/t"}},
        {"http://h/hook/t", "h/hook", NULL, {"hook"}},
        {"http://h/?t", "http://h/", NULL, {NULL}},
        {"http://h?t", "http://h?t", NULL, {"t"}},
        {"http://[::1]:80/x", "[::1]:80/x", NULL, {"x"}},
        {"http://h/", NULL, "longer", {"longer"}},
        {"http://h/", NULL, "short", {NULL}},
        {"http://localhost/", NULL, "localhost", {NULL}},
        {"http://h/a", "a", "longer", {"a", "longer"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_secret in_url = {.value = cases[i].in_url};
        const struct gn_secret other = {.value = cases[i].other};
        struct gn_request request = {.url = cases[i].url};
        struct gn_arena memory = {0};
        size_t n = 0;

        assert_true(
            gn_hide_secrets(&request, cases[i].in_url != NULL ? &in_url : NULL,
                            cases[i].other != NULL ? &other : NULL, &memory));
        for (; cases[i].hidden[n] != NULL; n++)
            assert_string_equal(request.secrets[n], cases[i].hidden[n]);
        assert_null(request.secrets[n]);
        gn_arena_clear(&memory);
    }
}

static void without_secrets_there_is_no_list(void **state)
{
    struct gn_request request = {.url = "http://h/"};
    struct gn_arena memory = {0};

    (void)state;
    assert_true(gn_hide_secrets(&request, NULL, NULL, &memory));
    assert_null(request.secrets);
    gn_arena_clear(&memory);
}

static void lost_memory_is_told(void **state)
{
    const struct gn_secret secret = {.value = "s"};
    struct gn_request request = {.url = "http://h/s"};
    struct gn_arena memory = {0};

    (void)state;
    gn_mem_fail_at(1);
    assert_false(gn_hide_secrets(&request, &secret, NULL, &memory));
    gn_mem_fail_at(0);
    gn_arena_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_url_hides),
        cmocka_unit_test(without_secrets_there_is_no_list),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
