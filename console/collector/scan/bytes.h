/* Spans of bytes that somebody else holds, bytes that grow, and MessagePack as msgspec writes it. */

#ifndef BURNLINE_BYTES_H
#define BURNLINE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const unsigned char *at;
    size_t length;
} Span;

typedef struct {
    unsigned char *data;
    size_t length, room;
} Bytes;

static inline bool span_equals(Span one, Span other)
{
    return one.length == other.length && memcmp(one.at, other.at, one.length) == 0;
}

/* Makes room for `more` bytes; false where there is no memory. */
static inline bool bytes_reserve(Bytes *bytes, size_t more)
{
    if (more <= bytes->room - bytes->length)
        return true;
    size_t room = bytes->room ? bytes->room : 256;
    while (room - bytes->length < more) {
        if (room > SIZE_MAX / 2)
            return false;
        room *= 2;
    }
    unsigned char *data = realloc(bytes->data, room);
    if (data == NULL)
        return false;
    bytes->data = data;
    bytes->room = room;
    return true;
}

static inline void bytes_free(Bytes *bytes)
{
    free(bytes->data);
    *bytes = (Bytes){0};
}

/* All of the following write where room has been made. */

static inline void put(Bytes *bytes, Span span)
{
    memcpy(bytes->data + bytes->length, span.at, span.length);
    bytes->length += span.length;
}

static inline void put_big_endian(Bytes *bytes, unsigned char code, uint64_t value, int width)
{
    unsigned char *to = bytes->data + bytes->length;
    *to++ = code;
    for (int place = width - 1; place >= 0; place--)
        *to++ = (unsigned char)(value >> (8 * place));
    bytes->length += (size_t)width + 1;
}

/* At most 9 bytes. */
static inline void pack_whole(Bytes *bytes, int64_t value)
{
    uint64_t bits = (uint64_t)value;
    if (value >= -32 && value <= 0x7f)
        bytes->data[bytes->length++] = (unsigned char)value;
    else if (value >= 0) {
        if (value <= UINT8_MAX)
            put_big_endian(bytes, 0xcc, bits, 1);
        else if (value <= UINT16_MAX)
            put_big_endian(bytes, 0xcd, bits, 2);
        else if (value <= UINT32_MAX)
            put_big_endian(bytes, 0xce, bits, 4);
        else
            put_big_endian(bytes, 0xcf, bits, 8);
    }
    else if (value >= INT8_MIN)
        put_big_endian(bytes, 0xd0, bits, 1);
    else if (value >= INT16_MIN)
        put_big_endian(bytes, 0xd1, bits, 2);
    else if (value >= INT32_MIN)
        put_big_endian(bytes, 0xd2, bits, 4);
    else
        put_big_endian(bytes, 0xd3, bits, 8);
}

/* 9 bytes. */
static inline void pack_number(Bytes *bytes, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_big_endian(bytes, 0xcb, bits, 8);
}

/* At most 5 bytes more than the text, which is shorter than 64 KiB. */
static inline void pack_text(Bytes *bytes, Span text)
{
    if (text.length < 32)
        bytes->data[bytes->length++] = (unsigned char)(0xa0 | text.length);
    else if (text.length <= UINT8_MAX)
        put_big_endian(bytes, 0xd9, text.length, 1);
    else
        put_big_endian(bytes, 0xda, text.length, 2);
    put(bytes, text);
}

/* At most 5 bytes. */
static inline void pack_array(Bytes *bytes, size_t count)
{
    if (count < 16)
        bytes->data[bytes->length++] = (unsigned char)(0x90 | count);
    else if (count <= UINT16_MAX)
        put_big_endian(bytes, 0xdc, count, 2);
    else
        put_big_endian(bytes, 0xdd, count, 4);
}

#endif
