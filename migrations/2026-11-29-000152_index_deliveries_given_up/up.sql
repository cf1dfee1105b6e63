-- As with mails.
CREATE INDEX IF NOT EXISTS webhook_deliveries_failed ON webhook_deliveries (created_at) WHERE state = 'failed';
