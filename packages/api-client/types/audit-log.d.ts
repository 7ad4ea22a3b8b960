// Generated from apps/audit-log/openapi.json by `pnpm run docs`; do not edit.

export interface paths {
    "/api/admin/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in the caller's tenant, newest first */
        get: operations["listRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/records/stories/{correlationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that came of one request, in all services: each event after its cause */
        get: operations["getStory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/records/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log of the caller's tenant, oldest first: one AuditRecord in JSON on each line */
        get: operations["exportRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/changelogs/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is new in a public course: its 20 latest versions, the newest first */
        get: operations["getChangelog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/changelogs/{slug}/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as an Atom feed */
        get: operations["getChangelogFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Records, one on each line
         * @example {"id":"17","topic":"enrollment.events.v1"}
         */
        AuditExport: string;
        /**
         * @example {
         *       "id": "17",
         *       "topic": "enrollment.events.v1",
         *       "partition": 0,
         *       "offset": 4,
         *       "appendedAt": "2026-12-01T08:00:00.000000Z",
         *       "key": "enr_1",
         *       "headers": [
         *         {
         *           "name": "ce_type",
         *           "value": "enrollment.completed"
         *         }
         *       ],
         *       "type": "enrollment.completed",
         *       "eventId": "9b2f6c1e-7a53-4f0e-8d7b-3a1c5e9d2f40",
         *       "correlationId": "req-1",
         *       "causationId": null,
         *       "actor": "usr_1",
         *       "event": {
         *         "type": "enrollment.completed"
         *       },
         *       "deadLetter": null
         *     }
         */
        AuditRecord: {
            /** @description Its place in the log */
            id: string;
            topic: string;
            partition: number;
            offset: number;
            /**
             * @description When Kafka got it
             * @example 2026-12-01T08:00:00.000000Z
             */
            appendedAt: string;
            key: string | null;
            headers: {
                name: string;
                value: string | null;
            }[];
            type: string | null;
            eventId: string | null;
            /** @description The request with which it began */
            correlationId: string | null;
            /** @description The event that caused it; null if the request did */
            causationId: string | null;
            actor: string | null;
            /** @description The event, with fields that nobody here knows; null for a dead letter */
            event: unknown;
            /** @description Why a record was refused, and what can be said of it without keeping it */
            deadLetter: {
                reason: string;
                bytes: number | null;
                sha256: string | null;
            } | null;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "17",
         *           "topic": "enrollment.events.v1",
         *           "partition": 0,
         *           "offset": 4,
         *           "appendedAt": "2026-12-01T08:00:00.000000Z",
         *           "key": "enr_1",
         *           "headers": [
         *             {
         *               "name": "ce_type",
         *               "value": "enrollment.completed"
         *             }
         *           ],
         *           "type": "enrollment.completed",
         *           "eventId": "9b2f6c1e-7a53-4f0e-8d7b-3a1c5e9d2f40",
         *           "correlationId": "req-1",
         *           "causationId": null,
         *           "actor": "usr_1",
         *           "event": {
         *             "type": "enrollment.completed"
         *           },
         *           "deadLetter": null
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        AuditRecordPage: {
            items: components["schemas"]["AuditRecord"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "items": [],
         *       "isWhole": true
         *     }
         */
        AuditStory: {
            items: components["schemas"]["AuditRecord"][];
            /** @description Whether these are all; there are at most 1000 */
            isWhole: boolean;
        };
        /**
         * @example {
         *       "slug": "sourdough",
         *       "title": "Sourdough",
         *       "items": [
         *         {
         *           "version": "v2",
         *           "at": "2026-12-01T08:00:00.000000Z",
         *           "changelog": "A new lesson about rye."
         *         }
         *       ]
         *     }
         */
        Changelog: {
            slug: string;
            title: string | null;
            items: {
                version: string;
                at: string;
                changelog: string;
            }[];
        };
        /**
         * @description An Atom feed (RFC 4287)
         * @example <feed xmlns="http://www.w3.org/2005/Atom"></feed>
         */
        ChangelogFeed: string;
        CourseNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "course.not-found";
        } & components["schemas"]["Problem"];
        InvalidPart: {
            /** @description body, querystring, params or headers */
            in: string;
            /** @description The path of the invalid value */
            pointer: string;
            /** @description What is wrong with the value */
            message: string;
        };
        /** @description Why a request was refused (RFC 9457) */
        Problem: {
            /** @description `urn:problem-type:coursewire:` and the code */
            type: string;
            /** @description What went wrong, in words for people */
            title: string;
            status: number;
            /**
             * @description What went wrong, as a stable code for programs
             * @enum {string}
             */
            code: "request.invalid" | "token.invalid" | "role.insufficient" | "server.error" | "service.unavailable" | "course.not-found";
            /** @description The requested path */
            instance: string;
            /** @description The id of the request in the log of the service */
            requestId: string;
            /** @description The id of its trace (W3C), if it has one */
            traceId?: string;
            /** @description The invalid parts of the request */
            errors?: components["schemas"]["InvalidPart"][];
        };
        RequestInvalid: {
            /** @constant */
            status?: 400;
            /** @constant */
            code?: "request.invalid";
        } & components["schemas"]["Problem"];
        RoleInsufficient: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "role.insufficient";
        } & components["schemas"]["Problem"];
        ServerError: {
            /** @constant */
            status?: 500;
            /** @constant */
            code?: "server.error";
        } & components["schemas"]["Problem"];
        ServiceUnavailable: {
            /** @constant */
            status?: 503;
            /** @constant */
            code?: "service.unavailable";
        } & components["schemas"]["Problem"];
        TokenInvalid: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "token.invalid";
        } & components["schemas"]["Problem"];
    };
    responses: {
        /** @description Bad Request (request.invalid) */
        RequestInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RequestInvalid"];
            };
        };
        /** @description Unauthorized (token.invalid) */
        TokenInvalid: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TokenInvalid"];
            };
        };
        /** @description Forbidden (role.insufficient) */
        RoleInsufficient: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"];
            };
        };
        /** @description Internal Server Error (server.error) */
        ServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ServerError"];
            };
        };
        /** @description Service Unavailable (service.unavailable) */
        ServiceUnavailable: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ServiceUnavailable"];
            };
        };
        /** @description Not Found (course.not-found) */
        CourseNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CourseNotFound"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AuditExport = components['schemas']['AuditExport'];
export type AuditRecord = components['schemas']['AuditRecord'];
export type AuditRecordPage = components['schemas']['AuditRecordPage'];
export type AuditStory = components['schemas']['AuditStory'];
export type Changelog = components['schemas']['Changelog'];
export type ChangelogFeed = components['schemas']['ChangelogFeed'];
export type CourseNotFound = components['schemas']['CourseNotFound'];
export type InvalidPart = components['schemas']['InvalidPart'];
export type Problem = components['schemas']['Problem'];
export type RequestInvalid = components['schemas']['RequestInvalid'];
export type RoleInsufficient = components['schemas']['RoleInsufficient'];
export type ServerError = components['schemas']['ServerError'];
export type ServiceUnavailable = components['schemas']['ServiceUnavailable'];
export type TokenInvalid = components['schemas']['TokenInvalid'];
export type ResponseRequestInvalid = components['responses']['RequestInvalid'];
export type ResponseTokenInvalid = components['responses']['TokenInvalid'];
export type ResponseRoleInsufficient = components['responses']['RoleInsufficient'];
export type ResponseServerError = components['responses']['ServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type ResponseCourseNotFound = components['responses']['CourseNotFound'];
export type $defs = Record<string, never>;
export interface operations {
    listRecords: {
        parameters: {
            query?: {
                /** @description Only events that name this id: of a course, a page, an enrolment, an account, a mail */
                entity?: string;
                /** @description Only what this account did */
                actor?: string;
                /** @description Only events of this type */
                type?: string;
                /** @description Only what Kafka got since then */
                since?: string;
                /** @description Only what Kafka got before then */
                until?: string;
                /** @description The nextCursor of the page before */
                cursor?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditRecordPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getStory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                correlationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditStory"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    exportRecords: {
        parameters: {
            query?: {
                /** @description Only what Kafka got since then */
                since?: string;
                /** @description Only what Kafka got before then */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["AuditExport"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getChangelog: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changelog"];
                };
            };
            /** @description The course has another slug now */
            301: {
                headers: {
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            404: components["responses"]["CourseNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getChangelogFeed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/atom+xml": components["schemas"]["ChangelogFeed"];
                };
            };
            /** @description The course has another slug now */
            301: {
                headers: {
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            404: components["responses"]["CourseNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
