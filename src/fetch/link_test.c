/* link_test.c - the link to the next page, as servers write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fetch/link.h"

static void it_is_found(void **state)
{
    static const struct {
        const char *headers;
        const char *next; /* NULL: none */
    } cases[] = {
        {"", NULL},
        {"content-type: text/html\n", NULL},
        {"link: <https://e.org/2>; rel=\"next\"\n", "https://e.org/2"},
        {"link: <?page=2>; rel=next\n", "?page=2"},
        {"link:</2>;rel=next\n", "/2"},
        {"a: b\nlink: <?page=2> ; rel = \"next\"\nc: d\n", "?page=2"},
        {"link: </1>; rel=\"prev\", </3>; rel=\"next\", </9>; rel=\"last\"\n",
         "/3"},
        {"link: </1>; rel=\"prev\"\nlink: </3>; rel=\"next\"\n", "/3"},
        {"link: </2>; title=\"a, b; c\"; rel=\"last NEXT\"\n", "/2"},
        {"link: </2>; title=\"a \\\" rel=next\", </3>; rel=next\n", "/3"},
        {"link: </a,b;c>; REL=next\n", "/a,b;c"},
        {"link: </2>; rel=\"nextpage\"\n", NULL},
        {"link: </2>; rel=\"xnext\"\n", NULL},
        {"link: </2>; rel=prev; rel=next\n", NULL},
        {"link: </2>; rel=next; anchor=\"#foo\"\n", NULL},
        {"link: </2>; rev=next\n", NULL},
        {"link: </2>; rel\n", NULL},
        {"link: </2>; rel=\n", NULL},
        {"link: </2>; rel=\"next\n", "/2"},
        {"link: </2; rel=next\n", NULL},
        {"link: /2; rel=next\n", NULL},
        {"link: , ,</2>; rel=next\n", "/2"},
        {"link: <>; rel=next\n", ""},
        {"xlink: </2>; rel=next\n", NULL},
        {"link: </1>; rel=prev;;; x, </2>;; rel=next\n", "/2"},
        {"link: </1>; rel=prev junk </2>; rel=next\n", NULL},
        {"link: </1>; title=\"\\\nlink: </2>; rel=next\n", "/2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};
        const bool found = gn_link_next(cases[i].headers, &out);

        if (found != (cases[i].next != NULL) ||
            (found && strcmp(gn_buf_cstr(&out), cases[i].next) != 0))
            fail_msg("%s: %s", cases[i].headers, gn_buf_cstr(&out));
        gn_buf_fini(&out);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
