/* kind_test.c - what is of one kind is held once, and all else is told apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/kind.h"

static const char *const here[] = {"h:1:i:2", "j:1:k:2", NULL};
static const char *const there[] = {"h:1:i:2", "j:1:k:3", NULL};
static const char *const fewer[] = {"h:1:i:2", NULL};

static struct gn_kind *kind_of(const struct gn_request *r, struct gn_kind *like)
{
    struct gn_kind *kind = NULL;

    assert_int_equal(gn_kind_get(r, like, &kind, NULL), GARNER_OK);
    return kind;
}

static void the_same_is_held_once(void **state)
{
    char method[] = "POST";
    char body[] = "a=b";
    const struct gn_request one = {.url = "http://a/",
                                   .method = "POST",
                                   .body = "a=b",
                                   .body_size = 3,
                                   .route.connect_to = here};
    const struct gn_request other = {.url = "http://b/",
                                     .method = method,
                                     .body = body,
                                     .body_size = 3,
                                     .route.connect_to = here};
    struct gn_kind *kind = kind_of(&one, NULL);

    (void)state;
    assert_ptr_equal(kind_of(&other, kind), kind);
    gn_kind_drop(kind); /* there is one holder left */
    assert_string_equal(kind->request.method, "POST");
    assert_null(kind->request.url);
    gn_kind_drop(kind);
    gn_kind_drop(NULL);
}

static void each_difference_makes_another(void **state)
{
    static const struct gn_request all[] = {
        {.method = NULL},
        {.method = "GET"},
        {.method = "POST"}, /* with an empty body */
        {.body = "a", .body_size = 1},
        {.body = "b", .body_size = 1},
        {.body = "bb", .body_size = 2},
        {.user_agent = "x"},
        {.proxy = "http://x"},
        {.cookies = "x=y"},
        {.keeps_cookies = true},
        {.login = GN_LOGIN_BASIC, .user = "x", .password = "y"},
        {.login = GN_LOGIN_DIGEST, .user = "x", .password = "y"},
        {.login = GN_LOGIN_BASIC, .user = "z", .password = "y"},
        {.login = GN_LOGIN_BASIC, .user = "x", .password = "z"},
        {.ca_file = "x"},
        {.cert = "x"},
        {.cert = "x", .key = "x"},
        {.cert = "x", .key_password = "x"},
        {.least_tls = 13},
        {.insecure = true},
        {.same_host = true},
        {.one_hop = true},
        {.public_only = true},
        {.led_public_only = true},
        {.route.interface = "lo"},
        {.route.connect_to = here},
        {.route.connect_to = there},
        {.route.connect_to = fewer},
        {.route.ip = 4},
        {.route.http = 1},
        {.limits.connect_ms = 1},
        {.limits.total_ms = 1},
        {.limits.stall_ms = 1},
        {.limits.max_body_bytes = 1},
        {.limits.memory_bytes = 1},
        {.limits.max_ratio = 1},
        {.limits.max_redirects = 1},
    };
    enum { COUNT = sizeof all / sizeof all[0] };
    struct gn_kind *kinds[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        kinds[i] = kind_of(&all[i], NULL);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++) {
            struct gn_kind *kind = kind_of(&all[i], kinds[j]);

            if ((kind == kinds[j]) != (i == j))
                fail_msg("%zu is %s %zu", i, i == j ? "not" : "as", j);
            gn_kind_drop(kind);
        }
    for (size_t i = 0; i < COUNT; i++)
        gn_kind_drop(kinds[i]);
}

static void what_is_wrong_is_refused(void **state)
{
    const struct gn_request plain = {.method = NULL};
    const struct gn_request wrong = {.method = "G T"};
    struct gn_kind *kind = kind_of(&plain, NULL);
    struct gn_kind *none = kind;

    (void)state;
    assert_int_equal(gn_kind_get(&wrong, kind, &none, NULL), GARNER_INVALID);
    assert_null(none);
    gn_kind_drop(kind);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_request r = {.method = "POST", .user_agent = "x"};
    struct gn_kind *kind = NULL;
    enum garner_code code = GARNER_NOMEM;
    unsigned failures = 0;

    (void)state;
    for (; code == GARNER_NOMEM; failures++) {
        gn_mem_fail_at(failures + 1);
        code = gn_kind_get(&r, NULL, &kind, NULL);
        gn_mem_fail_at(0);
    }
    assert_int_equal(code, GARNER_OK);
    assert_in_range(failures, 5, 20);
    gn_kind_drop(kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_held_once),
        cmocka_unit_test(each_difference_makes_another),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
