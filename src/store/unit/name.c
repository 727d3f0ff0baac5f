#include "store/unit/name.h"

#include <string.h>

/* Not tolower: a program's locale may have its own idea of I. */
unsigned char gn_unit_name_lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool gn_unit_name_same(const char *a, const char *b)
{
    while (*a != '\0' && gn_unit_name_lower(*a) == gn_unit_name_lower(*b)) {
        a++;
        b++;
    }
    return gn_unit_name_lower(*a) == gn_unit_name_lower(*b);
}

void gn_unit_name_quote(struct gn_buf *b, const char *name)
{
    gn_buf_byte(b, '"');
    for (;;) {
        const size_t plain = strcspn(name, "\"");

        gn_buf_append(b, name, plain);
        name += plain;
        if (*name == '\0')
            break;
        gn_buf_text(b, "\"\"");
        name++;
    }
    gn_buf_byte(b, '"');
}
