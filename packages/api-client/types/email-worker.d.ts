// Generated from apps/email-worker/openapi.json by `pnpm run docs`; do not edit.

export interface paths {
    "/internal/accounts/{accountId}/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is stored about a person */
        get: operations["getAccountData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/mails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The mails to the caller, newest first */
        get: operations["listOwnMails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/mails/{id}/send-again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a mail about a course sent again, once a day */
        post: operations["sendOwnMailAgain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/mails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The mails of the caller's tenant, newest first */
        get: operations["listMails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/mails/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A mail, with every change of it */
        get: operations["getMail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/mails/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A mail as it would be written today */
        get: operations["getMailContent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/mails/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a mail again, to the address that the recipient has now */
        post: operations["resendMail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/suppressions/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether an address gets no mails any more, since when and why */
        post: operations["findSuppression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/suppressions/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let an address get mails again */
        post: operations["liftSuppression"];
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
         * @example {
         *       "mails": [
         *         {
         *           "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *           "status": "sent",
         *           "createdAt": "2026-03-02T09:30:00.000000Z",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z",
         *           "tenantId": "acme",
         *           "template": "welcome",
         *           "recipient": "usr_1",
         *           "fact": "course_1",
         *           "activation": 1,
         *           "source": "manual",
         *           "attempt": 1,
         *           "failures": 0,
         *           "dueAt": "2026-03-02T09:30:00.000000Z",
         *           "claimedAt": "2026-03-02T09:30:00.000000Z",
         *           "messageId": "0100018f-1",
         *           "sentBytes": 21034,
         *           "sentSha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *           "reason": null,
         *           "changedBy": "worker",
         *           "withdrawn": null,
         *           "eventId": "evt_1",
         *           "correlationId": "req_1",
         *           "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         *           "announcementId": null,
         *           "history": [
         *             {
         *               "at": "2026-03-02T09:30:00.000000Z",
         *               "status": "pending",
         *               "attempt": 0,
         *               "reason": null,
         *               "messageId": null,
         *               "changedBy": "event"
         *             },
         *             {
         *               "at": "2026-03-02T09:30:00.000000Z",
         *               "status": "sending",
         *               "attempt": 1,
         *               "reason": null,
         *               "messageId": null,
         *               "changedBy": "worker"
         *             },
         *             {
         *               "at": "2026-03-02T09:30:00.000000Z",
         *               "status": "sent",
         *               "attempt": 1,
         *               "reason": null,
         *               "messageId": "0100018f-1",
         *               "changedBy": "worker"
         *             }
         *           ],
         *           "addressSuppressedAt": null
         *         }
         *       ]
         *     }
         */
        AccountData: {
            mails: components["schemas"]["Mail"][];
        };
        /**
         * @example {
         *       "email": "ada@example.com"
         *     }
         */
        AddressInput: {
            /** Format: email */
            email: string;
        };
        BodyTooLarge: {
            /** @constant */
            status?: 413;
            /** @constant */
            code?: "body.too-large";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "suppression": null
         *     }
         */
        FoundSuppression: {
            suppression: {
                /** @enum {string} */
                reason: "bounced" | "complained";
                /** Format: date-time */
                since: string;
                /** @description The mail that led to it */
                mailId: string;
            } | null;
        };
        InterventionsTooMany: {
            /** @constant */
            status?: 429;
            /** @constant */
            code?: "interventions.too-many";
        } & components["schemas"]["Problem"];
        InvalidPart: {
            /** @description body, querystring, params or headers */
            in: string;
            /** @description The path of the invalid value */
            pointer: string;
            /** @description What is wrong with the value */
            message: string;
        };
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "reason": "The mailbox exists again"
         *     }
         */
        LiftingInput: {
            /** Format: email */
            email: string;
            /** @description Kept in the history of the mail. Nobody but admins and operators, and the recipient, reads it */
            reason: string;
        };
        /**
         * @example {
         *       "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *       "status": "sent",
         *       "createdAt": "2026-03-02T09:30:00.000000Z",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z",
         *       "tenantId": "acme",
         *       "template": "welcome",
         *       "recipient": "usr_1",
         *       "fact": "course_1",
         *       "activation": 1,
         *       "source": "manual",
         *       "attempt": 1,
         *       "failures": 0,
         *       "dueAt": "2026-03-02T09:30:00.000000Z",
         *       "claimedAt": "2026-03-02T09:30:00.000000Z",
         *       "messageId": "0100018f-1",
         *       "sentBytes": 21034,
         *       "sentSha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "reason": null,
         *       "changedBy": "worker",
         *       "withdrawn": null,
         *       "eventId": "evt_1",
         *       "correlationId": "req_1",
         *       "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         *       "announcementId": null,
         *       "history": [
         *         {
         *           "at": "2026-03-02T09:30:00.000000Z",
         *           "status": "pending",
         *           "attempt": 0,
         *           "reason": null,
         *           "messageId": null,
         *           "changedBy": "event"
         *         },
         *         {
         *           "at": "2026-03-02T09:30:00.000000Z",
         *           "status": "sending",
         *           "attempt": 1,
         *           "reason": null,
         *           "messageId": null,
         *           "changedBy": "worker"
         *         },
         *         {
         *           "at": "2026-03-02T09:30:00.000000Z",
         *           "status": "sent",
         *           "attempt": 1,
         *           "reason": null,
         *           "messageId": "0100018f-1",
         *           "changedBy": "worker"
         *         }
         *       ],
         *       "addressSuppressedAt": null
         *     }
         */
        Mail: {
            id: string;
            /** @enum {string} */
            status: "pending" | "sending" | "sent" | "delayed" | "delivered" | "bounced" | "complained" | "suppressed" | "failed" | "unknown";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            tenantId: string;
            template: string;
            /** @description The id of the account */
            recipient: string;
            /** @description What the mail is about: the id of a course, or of a request of the account */
            fact: string;
            activation: number;
            source: string | null;
            attempt: number;
            failures: number;
            /** Format: date-time */
            dueAt: string;
            claimedAt: string | null;
            messageId: string | null;
            /** @description The size of what was sent last, headers and all */
            sentBytes: number | null;
            /** @description Its SHA-256 in hexadecimal */
            sentSha256: string | null;
            reason: string | null;
            /** @description Who made the last change: event, worker, ses, operator, recipient or the id of an admin */
            changedBy: string;
            /** @description Why the mail must not be sent any more */
            withdrawn: string | null;
            eventId: string;
            correlationId: string;
            /** @description The W3C trace context of what caused it */
            traceparent: string | null;
            /** @description What news was written from */
            announcementId: string | null;
            history: components["schemas"]["MailChange"][];
            /** @description Since when no mail goes to the address, because of what became of this one */
            addressSuppressedAt: string | null;
        };
        MailChange: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            status: "pending" | "sending" | "sent" | "delayed" | "delivered" | "bounced" | "complained" | "suppressed" | "failed" | "unknown";
            attempt: number;
            reason: string | null;
            messageId: string | null;
            changedBy: string;
        };
        /**
         * @example {
         *       "subject": "Welcome to “Gardens”",
         *       "html": "<p>Hello</p>",
         *       "text": "Hello",
         *       "remark": "Written from what is known today; its secret links lead nowhere. What was sent may differ: sentBytes and sentSha256 tell of that."
         *     }
         */
        MailContent: {
            subject: string;
            html: string;
            text: string;
            remark: string;
        };
        /**
         * @example {
         *       "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *       "status": "sent",
         *       "createdAt": "2026-03-02T09:30:00.000000Z",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z",
         *       "tenantId": "acme",
         *       "template": "welcome",
         *       "recipient": "usr_1",
         *       "fact": "course_1",
         *       "activation": 1,
         *       "source": "manual",
         *       "attempt": 1,
         *       "failures": 0,
         *       "dueAt": "2026-03-02T09:30:00.000000Z",
         *       "claimedAt": "2026-03-02T09:30:00.000000Z",
         *       "messageId": "0100018f-1",
         *       "sentBytes": 21034,
         *       "sentSha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *       "reason": null,
         *       "changedBy": "worker",
         *       "withdrawn": null,
         *       "eventId": "evt_1",
         *       "correlationId": "req_1",
         *       "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         *       "announcementId": null
         *     }
         */
        MailEntry: {
            id: string;
            /** @enum {string} */
            status: "pending" | "sending" | "sent" | "delayed" | "delivered" | "bounced" | "complained" | "suppressed" | "failed" | "unknown";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            tenantId: string;
            template: string;
            /** @description The id of the account */
            recipient: string;
            /** @description What the mail is about: the id of a course, or of a request of the account */
            fact: string;
            activation: number;
            source: string | null;
            attempt: number;
            failures: number;
            /** Format: date-time */
            dueAt: string;
            claimedAt: string | null;
            messageId: string | null;
            /** @description The size of what was sent last, headers and all */
            sentBytes: number | null;
            /** @description Its SHA-256 in hexadecimal */
            sentSha256: string | null;
            reason: string | null;
            /** @description Who made the last change: event, worker, ses, operator, recipient or the id of an admin */
            changedBy: string;
            /** @description Why the mail must not be sent any more */
            withdrawn: string | null;
            eventId: string;
            correlationId: string;
            /** @description The W3C trace context of what caused it */
            traceparent: string | null;
            /** @description What news was written from */
            announcementId: string | null;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *           "status": "sent",
         *           "createdAt": "2026-03-02T09:30:00.000000Z",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z",
         *           "tenantId": "acme",
         *           "template": "welcome",
         *           "recipient": "usr_1",
         *           "fact": "course_1",
         *           "activation": 1,
         *           "source": "manual",
         *           "attempt": 1,
         *           "failures": 0,
         *           "dueAt": "2026-03-02T09:30:00.000000Z",
         *           "claimedAt": "2026-03-02T09:30:00.000000Z",
         *           "messageId": "0100018f-1",
         *           "sentBytes": 21034,
         *           "sentSha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
         *           "reason": null,
         *           "changedBy": "worker",
         *           "withdrawn": null,
         *           "eventId": "evt_1",
         *           "correlationId": "req_1",
         *           "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         *           "announcementId": null
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        MailEntryPage: {
            items: components["schemas"]["MailEntry"][];
            nextCursor: string | null;
        };
        MailNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "mail.not-found";
        } & components["schemas"]["Problem"];
        MailNotRepeatable: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "mail.not-repeatable";
        } & components["schemas"]["Problem"];
        MailNotWritable: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "mail.not-writable";
        } & components["schemas"]["Problem"];
        MailPending: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "mail.pending";
        } & components["schemas"]["Problem"];
        MailSuppressed: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "mail.suppressed";
        } & components["schemas"]["Problem"];
        MailTooOften: {
            /** @constant */
            status?: 429;
            /** @constant */
            code?: "mail.too-often";
        } & components["schemas"]["Problem"];
        MailWithdrawn: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "mail.withdrawn";
        } & components["schemas"]["Problem"];
        MediaTypeUnsupported: {
            /** @constant */
            status?: 415;
            /** @constant */
            code?: "media-type.unsupported";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *       "template": "welcome",
         *       "courseId": "course_1",
         *       "state": "delivered",
         *       "createdAt": "2026-03-02T09:30:00.000000Z",
         *       "updatedAt": "2026-03-02T09:30:02.000000Z",
         *       "maySendAgain": true
         *     }
         */
        OwnMail: {
            id: string;
            template: string;
            /** @description Null if the mail is about the account */
            courseId: string | null;
            /**
             * @description `returned`: the address takes no mails. `uncertain`: it may have arrived
             * @enum {string}
             */
            state: "waiting" | "sent" | "delivered" | "returned" | "failed" | "uncertain";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            maySendAgain: boolean;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *           "template": "welcome",
         *           "courseId": "course_1",
         *           "state": "delivered",
         *           "createdAt": "2026-03-02T09:30:00.000000Z",
         *           "updatedAt": "2026-03-02T09:30:02.000000Z",
         *           "maySendAgain": true
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        OwnMailPage: {
            items: components["schemas"]["OwnMail"][];
            nextCursor: string | null;
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
            code: "request.invalid" | "token.invalid" | "role.insufficient" | "server.error" | "service.unavailable" | "mail.not-found" | "mail.pending" | "mail.withdrawn" | "mail.not-repeatable" | "body.too-large" | "media-type.unsupported" | "mail.too-often" | "mail.not-writable" | "mail.suppressed" | "interventions.too-many" | "suppression.not-found";
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
        /**
         * @example {
         *       "reason": "Lost by their server"
         *     }
         */
        ResendingInput: {
            /** @description Kept in the history of the mail. Nobody but admins and operators, and the recipient, reads it */
            reason: string;
        };
        /**
         * @example {
         *       "mayArriveTwice": true
         *     }
         */
        Resent: {
            /** @description Whether it was, or may have been, sent before */
            mayArriveTwice: boolean;
        };
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
        SuppressionNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "suppression.not-found";
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
        /** @description Not Found (mail.not-found) */
        MailNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MailNotFound"];
            };
        };
        /** @description Conflict (mail.pending, mail.withdrawn, mail.not-repeatable) */
        MailPendingOrMailWithdrawnOrMailNotRepeatable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MailPending"] | components["schemas"]["MailWithdrawn"] | components["schemas"]["MailNotRepeatable"];
            };
        };
        /** @description Payload Too Large (body.too-large) */
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["BodyTooLarge"];
            };
        };
        /** @description Unsupported Media Type (media-type.unsupported) */
        MediaTypeUnsupported: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MediaTypeUnsupported"];
            };
        };
        /** @description Too Many Requests (mail.too-often) */
        MailTooOften: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MailTooOften"];
            };
        };
        /** @description Conflict (mail.not-writable) */
        MailNotWritable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MailNotWritable"];
            };
        };
        /** @description Conflict (mail.pending, mail.suppressed, mail.withdrawn) */
        MailPendingOrMailSuppressedOrMailWithdrawn: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MailPending"] | components["schemas"]["MailSuppressed"] | components["schemas"]["MailWithdrawn"];
            };
        };
        /** @description Too Many Requests (interventions.too-many) */
        InterventionsTooMany: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["InterventionsTooMany"];
            };
        };
        /** @description Not Found (suppression.not-found) */
        SuppressionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SuppressionNotFound"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountData = components['schemas']['AccountData'];
export type AddressInput = components['schemas']['AddressInput'];
export type BodyTooLarge = components['schemas']['BodyTooLarge'];
export type FoundSuppression = components['schemas']['FoundSuppression'];
export type InterventionsTooMany = components['schemas']['InterventionsTooMany'];
export type InvalidPart = components['schemas']['InvalidPart'];
export type LiftingInput = components['schemas']['LiftingInput'];
export type Mail = components['schemas']['Mail'];
export type MailChange = components['schemas']['MailChange'];
export type MailContent = components['schemas']['MailContent'];
export type MailEntry = components['schemas']['MailEntry'];
export type MailEntryPage = components['schemas']['MailEntryPage'];
export type MailNotFound = components['schemas']['MailNotFound'];
export type MailNotRepeatable = components['schemas']['MailNotRepeatable'];
export type MailNotWritable = components['schemas']['MailNotWritable'];
export type MailPending = components['schemas']['MailPending'];
export type MailSuppressed = components['schemas']['MailSuppressed'];
export type MailTooOften = components['schemas']['MailTooOften'];
export type MailWithdrawn = components['schemas']['MailWithdrawn'];
export type MediaTypeUnsupported = components['schemas']['MediaTypeUnsupported'];
export type OwnMail = components['schemas']['OwnMail'];
export type OwnMailPage = components['schemas']['OwnMailPage'];
export type Problem = components['schemas']['Problem'];
export type RequestInvalid = components['schemas']['RequestInvalid'];
export type ResendingInput = components['schemas']['ResendingInput'];
export type Resent = components['schemas']['Resent'];
export type RoleInsufficient = components['schemas']['RoleInsufficient'];
export type ServerError = components['schemas']['ServerError'];
export type ServiceUnavailable = components['schemas']['ServiceUnavailable'];
export type SuppressionNotFound = components['schemas']['SuppressionNotFound'];
export type TokenInvalid = components['schemas']['TokenInvalid'];
export type ResponseRequestInvalid = components['responses']['RequestInvalid'];
export type ResponseTokenInvalid = components['responses']['TokenInvalid'];
export type ResponseRoleInsufficient = components['responses']['RoleInsufficient'];
export type ResponseServerError = components['responses']['ServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type ResponseMailNotFound = components['responses']['MailNotFound'];
export type ResponseMailPendingOrMailWithdrawnOrMailNotRepeatable = components['responses']['MailPendingOrMailWithdrawnOrMailNotRepeatable'];
export type ResponseBodyTooLarge = components['responses']['BodyTooLarge'];
export type ResponseMediaTypeUnsupported = components['responses']['MediaTypeUnsupported'];
export type ResponseMailTooOften = components['responses']['MailTooOften'];
export type ResponseMailNotWritable = components['responses']['MailNotWritable'];
export type ResponseMailPendingOrMailSuppressedOrMailWithdrawn = components['responses']['MailPendingOrMailSuppressedOrMailWithdrawn'];
export type ResponseInterventionsTooMany = components['responses']['InterventionsTooMany'];
export type ResponseSuppressionNotFound = components['responses']['SuppressionNotFound'];
export type $defs = Record<string, never>;
export interface operations {
    getAccountData: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                accountId: string;
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
                    "application/json": components["schemas"]["AccountData"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listOwnMails: {
        parameters: {
            query?: {
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
                    "application/json": components["schemas"]["OwnMailPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    sendOwnMailAgain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is sent to the address that the caller has now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["MailNotFound"];
            409: components["responses"]["MailPendingOrMailWithdrawnOrMailNotRepeatable"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["MailTooOften"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listMails: {
        parameters: {
            query?: {
                /** @description The id of an account */
                recipient?: string;
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                courseId?: string;
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                template?: string;
                status?: "pending" | "sending" | "sent" | "delayed" | "delivered" | "bounced" | "complained" | "suppressed" | "failed" | "unknown";
                /** @description Only mails that were asked for since then */
                since?: string;
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
                    "application/json": components["schemas"]["MailEntryPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getMail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
                    "application/json": components["schemas"]["Mail"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["MailNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getMailContent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
                    "application/json": components["schemas"]["MailContent"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["MailNotFound"];
            409: components["responses"]["MailNotWritable"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    resendMail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResendingInput"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resent"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["MailNotFound"];
            409: components["responses"]["MailPendingOrMailSuppressedOrMailWithdrawn"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["InterventionsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    findSuppression: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddressInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundSuppression"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    liftSuppression: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LiftingInput"];
            };
        };
        responses: {
            /** @description It gets the mails that become due from now on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["SuppressionNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["InterventionsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
