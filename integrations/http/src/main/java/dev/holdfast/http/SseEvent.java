package dev.holdfast.http;

/**
 * A server-sent event.
 *
 * @param type the {@code event} field, empty where there was none
 * @param data the {@code data} fields, joined by newlines
 * @param id the last {@code id} field of the stream so far, empty where there was none
 */
public record SseEvent(String type, String data, String id) {}
