"""The words of the business. Of the project it imports only the enums of the schema."""
